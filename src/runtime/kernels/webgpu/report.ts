/**
 * What a machine offers to WebGPU, found without loading Dawn into this process: a driver that crashes takes only the
 * process with it that asked, and a software driver made of LLVM never meets TensorFlow's own.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import type { GpuAdapterInfo } from "./api.js";
import { type FoundPackage, findPackage } from "./package.js";

/** The version that facec is tested with; others are tried all the same. */
export const testedPackage = "webgpu@0.6.2";

export type WebgpuReport =
  | {
      readonly usable: true;
      /** Part of a run's key: "webgpu 0.6.2 on swiftshader-device (SwiftShader driver 5.0.0)". */
      readonly library: string;
      readonly device: string;
      /** A driver that computes on the CPU: right, and slow. `auto` never takes one. */
      readonly isSoftware: boolean;
    }
  | { readonly usable: false; readonly why: string; readonly mend: string };

let known: WebgpuReport | null = null;

/** Asks in a process of its own, once; some 0.2 s where the package is installed, nothing where it is not. */
export function webgpuReport(): WebgpuReport {
  known ??= report();
  return known;
}

/** Whether `auto` should take WebGPU: the package is installed, and there is a GPU that is one. */
export function hasRealGpu(): boolean {
  if (findPackage() === null || !mayHaveGpu()) return false;
  const found = webgpuReport();
  return found.usable && !found.isSoftware;
}

/** Part of a run's key; the same for whoever reports and whoever trains. */
export function libraryOf(version: string, info: GpuAdapterInfo): string {
  return `webgpu ${version} on ${deviceOf(info)}${info.description === "" ? "" : ` (${info.description})`}`;
}

export function deviceOf(info: GpuAdapterInfo): string {
  return [info.device, info.architecture, info.vendor].find((name) => name !== "") ?? "an unnamed GPU";
}

/** Linux shows a GPU as a device file; elsewhere only asking tells. */
function mayHaveGpu(): boolean {
  if (process.platform !== "linux") return true;
  if (existsSync("/dev/nvidia0") || existsSync("/dev/dxg")) return true;
  return existsSync("/dev/dri") && readdirSync("/dev/dri").some((name) => name.startsWith("renderD"));
}

function report(): WebgpuReport {
  const found = findPackage();
  if (found === null) return { usable: false, why: "the package webgpu is not installed", mend: `npm install ${testedPackage}` };
  return ask(found);
}

const question = `
  const { create } = await import(process.argv[1]);
  const adapter = await create([]).requestAdapter({ powerPreference: "high-performance" });
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
  console.log(JSON.stringify(adapter === null ? null : { vendor, architecture, device, description, isFallbackAdapter }));
  process.exit(0);
`;

function ask(found: FoundPackage): WebgpuReport {
  const asked = spawnSync(process.execPath, ["--input-type=module", "--eval", question, found.url], { encoding: "utf8", timeout: 60_000 });
  if (asked.status !== 0) {
    const said = asked.stderr.split("\n").find((line) => line.includes("Error")) ?? asked.error?.message ?? `signal ${asked.signal}`;
    return {
      usable: false,
      why: `asking for a GPU failed: ${said.trim()}`,
      mend: `npm install ${testedPackage}, and update the GPU's driver`,
    };
  }
  const info: GpuAdapterInfo | null = JSON.parse(asked.stdout);
  if (info === null) return { usable: false, ...missingDriver(asked.stderr) };
  return { usable: true, library: libraryOf(found.version, info), device: deviceOf(info), isSoftware: isSoftware(info) };
}

function isSoftware(info: GpuAdapterInfo): boolean {
  const said = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /swiftshader|lavapipe|llvmpipe|softpipe|software|basic render/i.test(said);
}

/** What Dawn says when it finds no adapter, for whom it is one. */
export function missingDriver(said: string): { readonly why: string; readonly mend: string } {
  if (process.platform === "linux" && said.includes("libvulkan.so.1")) {
    return {
      why: "the Vulkan loader libvulkan.so.1 is not installed",
      mend: "install it (Debian and Ubuntu: libvulkan1) and the GPU's Vulkan driver",
    };
  }
  if (process.platform === "linux")
    return { why: "no Vulkan driver was found", mend: "install the GPU's Vulkan driver (for AMD and Intel: mesa-vulkan-drivers)" };
  return { why: "no GPU was found that WebGPU can use", mend: "update the GPU's driver" };
}
