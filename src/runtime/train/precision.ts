/** Which backends compute in which precision; known without loading any. */
import { fail } from "../../diagnostics/diagnostic.js";
import type { Precision, Training } from "../experiment.js";

const backendsOf: Readonly<Record<Precision, readonly string[] | "all">> = { float32: "all", bfloat16: ["gpu", "node"] };

/** A training whose precision the backend lacks is an error, said before data is read or anything is written. */
export function requirePrecision({ precision, at }: Training, backend: string): void {
  const able = backendsOf[precision];
  if (able !== "all" && !able.includes(backend)) fail("precision-unavailable", at, { precision, backend, able });
}
