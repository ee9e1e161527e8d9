/**
 * What training is meant to reach: the floor must be reached, the aim is what would please. For memory and seconds less is
 * better. The only place that knows these numbers; nothing is measured by them.
 */
export interface Target {
  readonly group: string;
  readonly row: string;
  /** A comparison of the row, or one of its contestants. */
  readonly of: string;
  readonly work: string;
  readonly floor: number;
  readonly aim: number;
}

export const targets: readonly Target[] = [
  {
    group: "training",
    row: "ir18",
    of: "over PyTorch eager",
    work: "IR-18, batch 32, float32: images/s over PyTorch eager",
    floor: 1.3,
    aim: 1.5,
  },
  { group: "training", row: "ir18", of: "over torch.compile", work: "the same over `torch.compile`", floor: 1.05, aim: 1.25 },
  {
    group: "training",
    row: "ir18-bfloat16",
    of: "over torch.compile with autocast",
    work: "IR-18, batch 32, bfloat16: over `torch.compile` with autocast",
    floor: 0.95,
    aim: 1.2,
  },
  { group: "training", row: "resnet50", of: "over PyTorch eager", work: "ResNet-50, batch 16: over PyTorch eager", floor: 1.1, aim: 1.4 },
  { group: "training", row: "quickstart", of: "over PyTorch eager", work: "the quickstart's net: over PyTorch eager", floor: 1.3, aim: 3 },
  { group: "training", row: "overhead", of: "over PyTorch eager", work: "overhead of a step: over PyTorch eager", floor: 3, aim: 10 },
  { group: "memory", row: "ir18", of: "float32 over PyTorch eager float32", work: "peak memory, batch 32, float32", floor: 1.2, aim: 0.9 },
  {
    group: "memory",
    row: "ir18",
    of: "bfloat16 over PyTorch eager float32",
    work: "peak memory, batch 32, bfloat16",
    floor: 0.95,
    aim: 0.7,
  },
  {
    group: "memory",
    row: "ir18-batch128",
    of: "float32 over PyTorch eager float32",
    work: "peak memory, batch 128, float32",
    floor: 1,
    aim: 0.7,
  },
  {
    group: "memory",
    row: "ir18-batch128",
    of: "bfloat16 over PyTorch eager float32",
    work: "peak memory, batch 128, bfloat16",
    floor: 0.6,
    aim: 0.4,
  },
  { group: "wasm", row: "ir18", of: "over tfjs-backend-wasm", work: "IR-18, batch 8, on wasm: over tfjs-backend-wasm", floor: 2.5, aim: 5 },
  {
    group: "pipeline",
    row: "jpeg-1-worker",
    of: "facec over PyTorch's DataLoader",
    work: "input pipeline, 1 worker: over PyTorch's DataLoader",
    floor: 1,
    aim: 2,
  },
  {
    group: "pipeline",
    row: "jpeg-2-workers",
    of: "facec over PyTorch's DataLoader",
    work: "input pipeline, 2 workers: over PyTorch's DataLoader",
    floor: 1,
    aim: 2,
  },
  { group: "start", row: "quickstart", of: "facec on node", work: "seconds to the first finished step, native", floor: 2.5, aim: 1 },
];
