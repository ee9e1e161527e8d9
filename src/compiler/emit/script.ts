/** A program as a module that Node runs by itself: its types gone, its one import pointing at an installed runtime. */
import { ts } from "ts-morph";
import { stringLiteral } from "./text.js";

/** `runtime`: the URL of the runtime's bundle. */
export function toJavaScript(program: string, runtime: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  const { outputText } = ts.transpileModule(program, { compilerOptions });
  return outputText.replace(/^(import [^;]*?from )"facec\/runtime";/m, (_, start: string) => `${start}${stringLiteral(runtime)};`);
}
