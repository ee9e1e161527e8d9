import { loadBinding } from "../../../src/runtime/kernels/native/binding.js";
import { NativeBackend } from "../../../src/runtime/kernels/native/eager.js";
import { installed } from "../../../src/runtime/kernels/native/installed.js";
import { convLowerings } from "../../../src/runtime/kernels/native/lowerings/conv.js";
import { loweringsFor } from "../../../src/runtime/kernels/native/lowerings.js";

/** The native library with TensorFlow's own operations only, as where the addon has none of ours. */
export function plainBackend(): NativeBackend {
  const found = installed("cpu");
  if (!found.ok) throw new Error(found.why);
  return new NativeBackend("node", "", 1, loadBinding(found.binding), loweringsFor("cpu"), "operations");
}

/** The same with convolutions by Winograd's filtering, however small they are. */
export function winogradBackend(): NativeBackend {
  const found = installed("cpu");
  if (!found.ok) throw new Error(found.why);
  const lowerings = { ...loweringsFor("cpu"), ...convLowerings(true) };
  return new NativeBackend("node", "", 1, loadBinding(found.binding), lowerings, "operations");
}
