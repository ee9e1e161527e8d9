import { it } from "vitest";
import { openWebgpu } from "../../../src/runtime/kernels/webgpu/index.js";
import { judgeKernels } from "../../runtime/kernels/against.js";
import { prepareVulkan } from "./vulkan.js";

const missing = prepareVulkan();
if (missing === null) judgeKernels("webgpu", await openWebgpu());
else it.skip(missing);
