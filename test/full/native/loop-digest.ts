/** Prints a digest of everything that all loops give, for a test that compares it between processes. */
import { createHash } from "node:crypto";
import { openNative } from "../../../src/runtime/kernels/native/index.js";
import { entriesOf, loopCases, run } from "./loops.js";

const backend = await openNative("cpu");
const hash = createHash("sha256");
for (const each of loopCases) {
  const operands = each.operands.map(entriesOf);
  for (const data of await run(backend, each, operands)) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
console.log(hash.digest("hex"));
