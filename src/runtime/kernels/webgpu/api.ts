/**
 * The part of WebGPU (W3C, "WebGPU") that is used here, as types. Ours, so that nothing but the package `webgpu` itself
 * is needed, and that only at run time.
 */

export interface Gpu {
  requestAdapter(options: { readonly powerPreference: "high-performance" }): Promise<GpuAdapter | null>;
}

export interface GpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter: boolean;
}

/** Limits that decide what fits; all of the adapter's are asked for. */
export interface GpuLimits {
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
}

export interface GpuAdapter {
  readonly info: GpuAdapterInfo;
  readonly limits: GpuLimits;
  requestDevice(description: { readonly requiredLimits: Readonly<Record<string, number>> }): Promise<GpuDevice>;
}

export interface GpuError {
  readonly message: string;
}

export interface GpuBuffer {
  mapAsync(mode: number, offset: number, size: number): Promise<void>;
  getMappedRange(offset: number, size: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/** Handles that are only passed on. */
export interface GpuBindGroupLayout {
  readonly label: string;
}
export interface GpuBindGroup {
  readonly label: string;
}
export interface GpuShaderModule {
  readonly label: string;
}
export interface GpuCommandBuffer {
  readonly label: string;
}

export interface GpuComputePipeline {
  getBindGroupLayout(index: number): GpuBindGroupLayout;
}

export interface GpuComputePass {
  setPipeline(pipeline: GpuComputePipeline): void;
  setBindGroup(index: number, group: GpuBindGroup): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

export interface GpuCommandEncoder {
  beginComputePass(): GpuComputePass;
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, size: number): void;
  finish(): GpuCommandBuffer;
}

export interface GpuDevice {
  readonly limits: GpuLimits;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  readonly queue: {
    submit(commands: readonly GpuCommandBuffer[]): void;
    writeBuffer(buffer: GpuBuffer, offset: number, data: Float32Array | Int32Array): void;
  };
  createBuffer(description: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(description: { readonly code: string }): GpuShaderModule;
  createComputePipeline(description: {
    readonly layout: "auto";
    readonly compute: { readonly module: GpuShaderModule; readonly entryPoint: string };
  }): GpuComputePipeline;
  createBindGroup(description: {
    readonly layout: GpuBindGroupLayout;
    readonly entries: readonly { readonly binding: number; readonly resource: { readonly buffer: GpuBuffer } }[];
  }): GpuBindGroup;
  createCommandEncoder(): GpuCommandEncoder;
  pushErrorScope(filter: "out-of-memory" | "validation" | "internal"): void;
  popErrorScope(): Promise<GpuError | null>;
  addEventListener(type: "uncapturederror", listener: (event: { readonly error: GpuError }) => void): void;
}

/** Numbers of the standard. */
export const usage = { mapRead: 0x01, copySource: 0x04, copyTarget: 0x08, storage: 0x80 } as const;
export const mapRead = 1;

/** What `import("webgpu")` gives. */
export interface WebgpuPackage {
  create(options: readonly string[]): Gpu;
}
