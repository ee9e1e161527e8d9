import { it } from "vitest";
import { openNative } from "../../../src/runtime/kernels/native/index.js";
import { judgeKernels } from "../../runtime/kernels/against.js";
import { missingNative } from "./missing.js";

const missing = missingNative();
if (missing === null) judgeKernels("node", await openNative("cpu"));
else it.skip(missing);
