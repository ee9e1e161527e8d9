/** Vector loops over one WebAssembly memory, each compiled when it is first wanted. */
import type { Pointwise } from "../../pointwise.js";
import type { Loops } from "../loops.js";
import { type FourChannels, fourChannels } from "./channels.js";
import { type TapBlock, tapBlock } from "./filter.js";
import { fitsVectors, type VectorLoop, vectorLoop } from "./pointwise.js";

export class Simd {
  private readonly loops = new Map<string, VectorLoop | null>();
  private readonly blocks = new Map<string, TapBlock>();
  private four: FourChannels | null = null;

  constructor(private readonly memory: WebAssembly.Memory) {}

  /** Null: the expression or its loops are not of the kind that vectors do. `key` tells expressions and patterns apart. */
  pointwise(key: string, expression: Pointwise, loops: Loops): VectorLoop | null {
    if ((loops.sizes.at(-1) ?? 0) % 4 !== 0) return null;
    let loop = this.loops.get(key);
    if (loop === undefined) {
      loop = fitsVectors(expression, loops) ? vectorLoop(this.memory, expression, loops) : null;
      this.loops.set(key, loop);
    }
    return loop;
  }

  channels(): FourChannels {
    this.four ??= fourChannels(this.memory);
    return this.four;
  }

  tap(channels: number, vectors: number): TapBlock {
    const key = `${channels} ${vectors}`;
    let block = this.blocks.get(key);
    if (block === undefined) {
      block = tapBlock(this.memory, channels, vectors);
      this.blocks.set(key, block);
    }
    return block;
  }
}
