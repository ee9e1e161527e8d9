import { it } from "vitest";
import { openNative } from "../../../src/runtime/kernels/native/index.js";
import { installed } from "../../../src/runtime/kernels/native/installed.js";
import { judgeKernels } from "../../runtime/kernels/against.js";
import { isInstalled } from "./native.js";
import { plainBackend } from "./plain.js";

const found = installed("cpu");
if (isInstalled) {
  judgeKernels("node", await openNative("cpu"));
  judgeKernels("node without our own operations", plainBackend());
} else it.skip(`kernels on node (${found.ok ? "" : `${found.why}; ${found.mend}`})`);
