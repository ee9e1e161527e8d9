/** The passes that a step goes through before a backend runs it. */
import type { Backend } from "../kernels/kernel.js";
import { erase } from "./erase.js";
import { optimize, removeDead } from "./fuse.js";
import { loops } from "./loops.js";
import { recompute } from "./recompute.js";
import type { Step } from "./step.js";

/** The step as `backend` runs it, interpreted or captured alike. What comes out of it is the same. */
export function prepared(step: Step, backend: Pick<Backend, "pointwise">): Step {
  if (backend.pointwise === "fused") return loops(removeDead(erase(step)));
  return backend.pointwise === "loop" ? optimize(step) : removeDead(recompute(removeDead(erase(step))));
}
