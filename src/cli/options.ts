/** Words that options take, as commands and programs share them. */
import type { Options } from "../runtime/experiment.js";

export const backendNames = ["auto", "gpu", "node", "webgpu", "wasm", "cpu"] as const satisfies readonly Options["backend"][];
export const formatNames = ["text", "md", "csv", "json", "html", "latex"] as const satisfies readonly Options["format"][];

/** The backend that is named; `auto` where none is. */
export function backendOf(name: string | undefined): Options["backend"] {
  return backendNames.find((each) => each === name) ?? "auto";
}
