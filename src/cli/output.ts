/** How commands speak: results on standard output, everything else on standard error. */
import { type Diagnostic, isError } from "../diagnostics/diagnostic.js";
import { renderAll } from "../diagnostics/render.js";

/** Exit codes; a stopped program gives 130. */
export const exits = { done: 0, wrong: 1, usage: 2, failed: 3, stopped: 130 } as const;

export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

export function printJson(document: unknown): void {
  print(JSON.stringify(document, null, 2));
}

export function say(text: string): void {
  process.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Frames on standard error, in colour on a terminal where NO_COLOR is not set. */
export function report(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > 0) say(renderAll(diagnostics, { color: colored(process.stderr) }));
}

export function colored(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR;
}

/** 1 where there is an error among them. */
export function exitOf(diagnostics: readonly Diagnostic[]): number {
  return diagnostics.some(isError) ? exits.wrong : exits.done;
}
