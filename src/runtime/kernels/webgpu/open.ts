import { diagnostic, FaceError, fail } from "../../../diagnostics/diagnostic.js";
import type { GpuLimits } from "./api.js";
import { Device } from "./device.js";
import { findPackage, loadPackage } from "./package.js";
import { libraryOf, webgpuReport } from "./report.js";

/**
 * Workgroup memory is written before it is read by every program here. Clearing it first would cost a pass, and
 * compiling that takes some drivers seconds a program.
 */
const toggles = "enable-dawn-features=disable_workgroup_init";

export async function openDevice(): Promise<{ readonly device: Device; readonly library: string }> {
  const found = findPackage();
  if (found === null) return unavailable();
  const gpu = (await loadPackage(found)).create([toggles]);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) return unavailable();
  const device = await adapter.requestDevice({ requiredLimits: largest(adapter.limits) });
  return { device: new Device(device, gpu, trouble), library: libraryOf(found.version, adapter.info) };
}

function unavailable(): never {
  const report = webgpuReport();
  const { why, mend } = report.usable ? { why: "the GPU that answered before does not answer now", mend: "look at its driver" } : report;
  return fail("backend-unavailable", null, { backend: "webgpu", why, mend: `Mend it: ${mend}.` });
}

/** What the GPU says, as people are told. */
export function trouble(kind: "memory" | "lost", said: string): Error {
  // Drivers end their words as they like.
  const sentence = `${said.split("\n")[0]?.replace(/[.\s]+$/, "")}.`;
  return new FaceError(
    kind === "memory"
      ? diagnostic("out-of-memory", null, { name: "a step on webgpu", said: sentence })
      : diagnostic("gpu-lost", null, { said: sentence }),
  );
}

/** What a device gets without asking is far less than most have. */
function largest({ maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage }: GpuLimits): Record<string, number> {
  return { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage };
}
