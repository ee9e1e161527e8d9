/** The GPU: buffers that are used again, programs compiled once, and a queue that is handed over in pieces. */
import {
  type Gpu,
  type GpuBindGroup,
  type GpuBuffer,
  type GpuCommandEncoder,
  type GpuComputePass,
  type GpuComputePipeline,
  type GpuDevice,
  mapRead,
  usage,
} from "./api.js";
import { groupsAcross } from "./plan.js";

/** Memory of the GPU. `users` counts the tensors that share it. */
export interface Memory {
  readonly buffer: GpuBuffer;
  readonly number: number;
  /** Bytes it really has. */
  readonly room: number;
  users: number;
  /** The piece of the queue that used it last, when it is free. */
  lastUsed: number;
}

interface Program {
  readonly pipeline: GpuComputePipeline;
  /** By the numbers of the buffers. */
  readonly groups: Map<string, GpuBindGroup>;
}

/** Dispatches that are collected before the GPU gets them: enough to be worth a call, few enough to keep it busy. */
const pieceSize = 48;
/** Bindings that a program remembers. */
const mostGroups = 64;
/** Pieces after which memory that nobody wanted goes back. */
const patience = 400;

export class Device {
  private readonly free = new Map<number, Memory[]>();
  private readonly programs = new Map<string, Program>();
  private encoder: GpuCommandEncoder | null = null;
  private pass: GpuComputePass | null = null;
  private waiting = 0;
  private piece = 1;
  private made = 0;
  private trouble: Error | null = null;

  constructor(
    private readonly device: GpuDevice,
    /** Kept for as long: Dawn dies with it. */
    readonly owner: Gpu,
    /** What to throw, from the GPU's own words. */
    private readonly explain: (kind: "memory" | "lost", said: string) => Error,
  ) {
    void device.lost.then(({ reason, message }) => {
      if (reason !== "destroyed") this.trouble ??= this.explain("lost", message);
    });
    device.addEventListener("uncapturederror", ({ error }) => {
      this.trouble ??= new Error(error.message);
    });
  }

  get mostBindings(): number {
    return this.device.limits.maxStorageBuffersPerShaderStage;
  }

  /** Memory of at least `bytes`, with anything in it. */
  take(bytes: number): Memory {
    const room = roomFor(bytes);
    const found = takeFirst(this.free.get(room));
    if (found !== null) {
      found.users = 1;
      return found;
    }
    const most = Math.min(this.device.limits.maxStorageBufferBindingSize, this.device.limits.maxBufferSize);
    if (room > most)
      throw this.explain("memory", `one tensor has ${megabytes(bytes)} MB, and this GPU takes ${megabytes(most)} MB at most`);
    this.device.pushErrorScope("out-of-memory");
    const buffer = this.device.createBuffer({ size: room, usage: usage.storage | usage.copySource | usage.copyTarget });
    this.unguard("memory");
    return { buffer, number: this.made++, room, users: 1, lastUsed: 0 };
  }

  give(memory: Memory): void {
    memory.users--;
    if (memory.users > 0) return;
    memory.lastUsed = this.piece;
    const list = this.free.get(memory.room);
    if (list === undefined) this.free.set(memory.room, [memory]);
    else list.push(memory);
  }

  write(data: Float32Array | Int32Array): Memory {
    const memory = this.take(data.byteLength);
    // Writing overtakes what is collected: that may still read what this memory held before.
    if (memory.lastUsed === this.piece) this.flush();
    // Dawn for Node crashes on memory that threads share.
    const own = data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
    if (own.byteLength > 0) this.device.queue.writeBuffer(memory.buffer, 0, own);
    return memory;
  }

  dispatch(code: string, memories: readonly Memory[], groups: number): void {
    if (groups === 0) return;
    const program = this.programs.get(code) ?? this.compile(code);
    const key = memories.map((memory) => memory.number).join();
    let bound = program.groups.get(key);
    if (bound === undefined) {
      bound = this.device.createBindGroup({
        layout: program.pipeline.getBindGroupLayout(0),
        entries: memories.map(({ buffer }, binding) => ({ binding, resource: { buffer } })),
      });
      // Which memory meets which changes as variables move on: some of it comes back, none of it is needed.
      if (program.groups.size >= mostGroups) program.groups.clear();
      program.groups.set(key, bound);
    }
    this.encoder ??= this.device.createCommandEncoder();
    this.pass ??= this.encoder.beginComputePass();
    this.pass.setPipeline(program.pipeline);
    this.pass.setBindGroup(0, bound);
    this.pass.dispatchWorkgroups(Math.min(groups, groupsAcross), Math.ceil(groups / groupsAcross));
    this.waiting++;
    if (this.waiting >= pieceSize) this.flush();
  }

  /** The first `bytes` of `memory`, once all that came before has been computed. */
  async read(memory: Memory, bytes: number): Promise<ArrayBuffer> {
    if (bytes === 0) return new ArrayBuffer(0);
    const staging = this.device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
    this.pass?.end();
    this.pass = null;
    this.encoder ??= this.device.createCommandEncoder();
    this.encoder.copyBufferToBuffer(memory.buffer, 0, staging, 0, bytes);
    this.flush();
    try {
      await staging.mapAsync(mapRead, 0, bytes);
      this.check();
      return staging.getMappedRange(0, bytes).slice(0);
    } catch (error) {
      this.check();
      throw error;
    } finally {
      staging.destroy();
    }
  }

  /** Hands over what is collected. */
  private flush(): void {
    this.pass?.end();
    if (this.encoder !== null) this.device.queue.submit([this.encoder.finish()]);
    this.pass = null;
    this.encoder = null;
    this.waiting = 0;
    this.piece++;
    if (this.piece % patience === 0) this.trim();
  }

  private compile(code: string): Program {
    this.device.pushErrorScope("validation");
    const module = this.device.createShaderModule({ code });
    const pipeline = this.device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
    this.unguard("program", code);
    const program = { pipeline, groups: new Map<string, GpuBindGroup>() };
    this.programs.set(code, program);
    return program;
  }

  /** The GPU says later that something failed; then whoever reads next is told. */
  private unguard(what: "memory" | "program", code = ""): void {
    void this.device.popErrorScope().then((error) => {
      if (error === null) return;
      this.trouble ??= what === "memory" ? this.explain("memory", error.message) : new Error(`${error.message}\n${code}`);
    });
  }

  private check(): void {
    if (this.trouble !== null) throw this.trouble;
  }

  private trim(): void {
    for (const [room, list] of this.free) {
      const kept = list.filter((memory) => memory.lastUsed > this.piece - patience);
      if (kept.length === list.length) continue;
      for (const memory of list) if (!kept.includes(memory)) memory.buffer.destroy();
      this.free.set(room, kept);
      // Bound groups may hold what is gone.
      for (const program of this.programs.values()) program.groups.clear();
    }
  }
}

/** Always the oldest: so steps that do the same soon use the same memory for it, and what was bound is bound again. */
function takeFirst(list: Memory[] | undefined): Memory | null {
  if (list === undefined || list.length === 0) return null;
  const oldest = list.reduce((least, memory, i) => (memory.number < (list[least]?.number ?? 0) ? i : least), 0);
  return list.splice(oldest, 1)[0] ?? null;
}

/** Bytes rounded up, by an eighth at most, so that tensors of nearly one size share their memory in turn. */
function roomFor(bytes: number): number {
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(Math.max(1, bytes))) - 3));
  return Math.max(1, Math.ceil(bytes / step)) * step;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
