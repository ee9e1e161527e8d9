/** Prints a digest of what our own convolutions give, for a test that compares it between processes. */
import { createHash } from "node:crypto";
import { openNative } from "../../../src/runtime/kernels/native/index.js";
import { convCases, convKernels, largeCases, operandsOf, runConv } from "./convolutions.js";
import { winogradBackend } from "./plain.js";

const hash = createHash("sha256");
for (const backend of [await openNative("cpu"), winogradBackend()]) {
  for (const shape of [...convCases, ...largeCases]) {
    for (const kernel of convKernels) {
      const data = await runConv(backend, kernel, shape, operandsOf(kernel, shape));
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
}
console.log(hash.digest("hex"));
