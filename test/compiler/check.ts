import { type CompileOptions, compile } from "../../src/compiler/compile.js";
import { memoryHost, nodeHost } from "../../src/compiler/host.js";
import type { Plan } from "../../src/compiler/plan/plan.js";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";

/** What facec finds in the spec at `path`, seen from the project's root. */
export function check(path: string): readonly Diagnostic[] {
  return compile(nodeHost(), path, { until: "plan" }).diagnostics;
}

/** Compiles one text; the standard library is there. */
export function compileText(
  text: string,
  options: CompileOptions = {},
): { readonly plan: Plan; readonly improved: Plan | null; readonly codes: readonly string[] } {
  const { value, diagnostics } = compile(memoryHost({ "test.face": text }), "test.face", options);
  if (value.plan === null) throw new Error("nothing was planned");
  return { plan: value.plan, improved: value.improved, codes: diagnostics.map((each) => each.code) };
}
