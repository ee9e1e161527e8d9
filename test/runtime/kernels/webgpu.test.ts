/** The queue of the webgpu backend, on a GPU that only writes down what it is told. */
import { describe, expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import type { Gpu, GpuBuffer, GpuDevice, GpuError } from "../../../src/runtime/kernels/webgpu/api.js";
import { Device } from "../../../src/runtime/kernels/webgpu/device.js";
import { trouble } from "../../../src/runtime/kernels/webgpu/open.js";
import { literal, offset } from "../../../src/runtime/kernels/webgpu/plan.js";

interface Spoiled {
  readonly lost?: { readonly reason: string; readonly message: string };
  readonly memory?: GpuError;
  readonly mapping?: Error;
}

function written(spoiled: Spoiled = {}): { device: Device; log: string[] } {
  const log: string[] = [];
  const label = { label: "" };
  const limits = { maxBufferSize: 4096, maxStorageBufferBindingSize: 4096, maxStorageBuffersPerShaderStage: 8 };
  const buffer: GpuBuffer = {
    mapAsync: () => (spoiled.mapping === undefined ? Promise.resolve() : Promise.reject(spoiled.mapping)),
    getMappedRange: (_from, size) => new ArrayBuffer(size),
    unmap() {},
    destroy() {},
  };
  const device: GpuDevice = {
    limits,
    lost: spoiled.lost === undefined ? new Promise(() => {}) : Promise.resolve(spoiled.lost),
    queue: { submit: () => void log.push("submit"), writeBuffer: () => void log.push("write") },
    createBuffer: ({ size }) => {
      log.push(`buffer ${size}`);
      return buffer;
    },
    createShaderModule: () => label,
    createComputePipeline: () => ({ getBindGroupLayout: () => label }),
    createBindGroup: () => {
      log.push("bind");
      return label;
    },
    createCommandEncoder: () => ({
      beginComputePass: () => ({
        setPipeline() {},
        setBindGroup() {},
        dispatchWorkgroups: (x, y) => void log.push(`dispatch ${x} ${y}`),
        end() {},
      }),
      copyBufferToBuffer: () => void log.push("copy"),
      finish: () => label,
    }),
    pushErrorScope() {},
    popErrorScope: () => Promise.resolve(spoiled.memory ?? null),
    addEventListener() {},
  };
  const gpu: Gpu = { requestAdapter: () => Promise.resolve(null) };
  return { device: new Device(device, gpu, trouble), log };
}

async function codeOf(failing: () => Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await failing().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FaceError)) throw new Error(`a FaceError was expected, not ${error}`);
  return error.diagnostics[0]?.code;
}

describe("memory of a GPU", () => {
  it("is used again, and the same memory is bound once", () => {
    const { device, log } = written();
    for (let i = 0; i < 3; i++) {
      const memory = device.take(1000);
      device.dispatch("code", [memory], 1);
      device.give(memory);
    }
    expect(log).toEqual(["buffer 1024", "bind", "dispatch 1 1", "dispatch 1 1", "dispatch 1 1"]);
  });

  it("is handed over before something is written into what waits to be read", () => {
    const { device, log } = written();
    const first = device.write(new Float32Array(64));
    device.dispatch("code", [first], 1);
    device.give(first);
    device.write(new Float32Array(64));
    expect(log.slice(-3)).toEqual(["dispatch 1 1", "submit", "write"]);
  });

  it("goes back only when nobody shares it any more", () => {
    const { device, log } = written();
    const memory = device.take(256);
    memory.users++;
    device.give(memory);
    device.take(256);
    device.give(memory);
    device.take(256);
    expect(log).toEqual(["buffer 256", "buffer 256"]);
  });

  it("spreads more workgroups than one side holds over two", () => {
    const { device, log } = written();
    device.dispatch("code", [device.take(4)], 70000);
    expect(log.at(-1)).toBe("dispatch 65535 2");
  });

  it("says that it does not suffice, for one tensor or in all", async () => {
    const { device } = written();
    expect(await codeOf(async () => device.take(5000))).toBe("out-of-memory");
    const full = written({ memory: { message: "VK_ERROR_OUT_OF_DEVICE_MEMORY" } }).device;
    const memory = full.take(100);
    expect(await codeOf(() => full.read(memory, 4))).toBe("out-of-memory");
  });

  it("says that the GPU went away, whatever reading says then", async () => {
    const { device } = written({ lost: { reason: "unknown", message: "VK_ERROR_DEVICE_LOST" }, mapping: new Error("aborted") });
    const memory = device.take(100);
    expect(await codeOf(() => device.read(memory, 4))).toBe("gpu-lost");
  });
});

describe("WGSL", () => {
  it("has every float32 as a literal that is that number", () => {
    expect([0, 1, -1, 0.1, 1e-7, 3e38, -0, 1e39, -1e39, Number.NaN].map(literal)).toEqual([
      "0f",
      "1f",
      "(-1f)",
      "0.10000000149011612f",
      "1.0000000116860974e-7f",
      "3.0000000054977558e+38f",
      "bitcast<f32>(0x80000000u)",
      "bitcast<f32>(infinity_bits)",
      "(-bitcast<f32>(infinity_bits))",
      "bitcast<f32>(nan_bits)",
    ]);
  });

  it("finds entries row by row", () => {
    const loops = [
      { size: 2, stride: 30 },
      { size: 3, stride: 0 },
      { size: 5, stride: 1 },
    ];
    expect(offset("i", loops)).toBe("(i / 15u) * 30u + (i % 5u)");
    expect(offset("i", [])).toBe("0u");
  });
});
