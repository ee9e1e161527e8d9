/** Every kernel in terms of TensorFlow's operations. `docs/kernels.md` says in words how. */
import { arrayLowerings } from "./lowerings/array.js";
import { convLowerings } from "./lowerings/conv.js";
import { labelLowerings } from "./lowerings/label.js";
import { loop } from "./lowerings/loop.js";
import { normLowerings } from "./lowerings/norm.js";
import { withOwn } from "./lowerings/own.js";
import { pointwise } from "./lowerings/pointwise.js";
import { poolLowerings } from "./lowerings/pool.js";
import { dropoutMask } from "./lowerings/random.js";
import type { Device, Lowering } from "./ops.js";

/**
 * Those of a device; where operations mean the same on both, the lowering is the same. `own`: whether the addon has the
 * operations of `native/`, which are for the CPU.
 */
export function loweringsFor(device: Device, own = false): Readonly<Record<string, Lowering>> {
  const all = {
    pointwise,
    loop,
    ...arrayLowerings,
    ...labelLowerings,
    ...convLowerings(own),
    ...normLowerings(device),
    ...poolLowerings(device, own),
    dropoutMask,
  };
  return own ? withOwn(all) : all;
}
