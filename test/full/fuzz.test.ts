import fc from "fast-check";
import { test } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { memoryHost } from "../../src/compiler/host.js";
import { renderAll } from "../../src/diagnostics/render.js";
import { mangled } from "../syntax/mangle.js";

test("mangled specs go through every phase of the compiler without an exception", { timeout: 240_000 }, () => {
  fc.assert(
    fc.property(mangled, (text) => {
      renderAll(compile(memoryHost({ "main.face": text }), "main.face").diagnostics, { color: true });
    }),
    { numRuns: 1500, interruptAfterTimeLimit: 180_000 },
  );
});
