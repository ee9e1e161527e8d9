import { error } from "../message.js";

/** What a running training reports. */
export const runMessages = {
  "not-finite": error(
    (p: { tensor: string; step: number }) => ({
      title: "A value is not finite",
      text: `At step ${p.step}, ${p.tensor} holds NaN or infinity. No weight was changed by this step.`,
      hint: "Lower the learning rate, add `clip`, or look at the formula on this line.",
    }),
    "Training stops at the first value that is not finite; the state stays as it was before that step.",
  ),
  "out-of-memory": error(
    (p: { name: string; said: string }) => ({
      title: "The memory does not suffice",
      text: `There was no memory left for ${p.name}. No weight was changed by this step. The library says: ${p.said}`,
      hint: "Use a smaller `batch`, smaller images or a smaller backbone; bfloat16 (`precision bfloat16`) takes about half.",
    }),
    "Memory of a step grows with the batch, the image size and the width of the backbone; `facec explain FILE BACKBONE` lists the activations of each layer. A table can also train fewer runs at a time with --jobs.",
  ),
  "gpu-lost": error(
    (p: { said: string }) => ({
      title: "The GPU went away",
      text: `WebGPU lost the device while it computed. The driver says: ${p.said} No weight was changed by this step.`,
      hint: "Run it again with --resume. If it comes back, use a smaller `batch`, or --backend wasm.",
    }),
    "A GPU is lost when it is unplugged, sleeps, or its driver starts anew. Many systems also stop work that keeps a GPU busy for more than some seconds, taking it for a hang: a smaller batch makes each piece of work shorter.",
  ),
  "library-failed": error(
    (p: { name: string; said: string }) => ({
      title: "The array library refused a step",
      text: `It failed in ${p.name} and says: ${p.said} No weight was changed by this step.`,
      hint: "`--eager` computes kernel by kernel and stops at the one that fails; `--backend wasm` computes without that library.",
    }),
    "The step was built with shapes that fit, so this comes from the library or from values that it does not take (a label out of range, for one). The part of the spec whose operation failed is named.",
  ),
  "checkpoint-broken": error(
    (p: { why: string }) => ({
      title: "The file cannot be read",
      text: `Weights and checkpoints are safetensors files that facec writes whole or not at all; ${p.why}.`,
      hint: "Restore the file from a copy, or remove it: without it, the run starts from the beginning.",
    }),
    "A file of weights was cut short or changed after it was written. facec writes each under another name first and renames it when it is complete, so a crash leaves the old file or the new one; a file that was cut comes from a full disk or from a copy that stopped. Nothing is read from it.",
  ),
  "checkpoint-other": error(
    (p: { differs: string }) => ({
      title: "The checkpoint belongs to another run",
      text: `A run goes on only as the program that began it, so that its numbers are those of an unbroken run; ${p.differs}.`,
      hint: "Run it with the program and options that began it, or give another folder with --out.",
    }),
    "A checkpoint names the run it belongs to: network, loss, rates, data, seed, backend and threads. `--resume` with any of these changed would mix two experiments, so it is refused.",
  ),
  "cannot-write": error(
    (p: { why: string }) => ({
      title: "The file cannot be written",
      text: `What a run makes is written while it trains; ${p.why}. What was written before is whole.`,
      hint: "Make room, or give another folder with --out; a run that has a checkpoint goes on where it stood.",
    }),
    "Weights, checkpoints, metrics and tables go to the folder given by --out, or to `runs`. Files are written under another name and renamed when they are complete, so an earlier checkpoint is as good as before: once there is room, the same command (a single training: with --resume) goes on from it.",
  ),
  "backend-unavailable": error(
    (p: { backend: string; why: string; mend: string }) => ({
      title: "The backend is not available",
      text: `--backend ${p.backend} cannot compute here: ${p.why}.`,
      hint: p.mend,
    }),
    "`facec backends` lists what this machine can compute with, and why not with the others. `wasm` needs nothing but `npm install`; `node` and `gpu` need TensorFlow's native library, which `facec backends install` brings; `cpu` is slow and easy to debug. Without --backend, the fastest that works is taken.",
  ),
  "precision-unavailable": error(
    (p: { precision: string; backend: string; able: readonly string[] }) => ({
      title: "The backend does not compute in this precision",
      text: `This training says \`precision ${p.precision}\`. The backends ${p.able.join(" and ")} compute in it; this run would be on ${p.backend}, which has float32 only.`,
      hint: `Run it with ${p.able.map((name) => `--backend ${name}`).join(" or ")} (\`facec backends\` says what is there and how to get it), or say \`precision float32\`.`,
    }),
    "In `precision bfloat16` maps and the weights that multiply them have 8 bits of precision instead of 24: half the memory, and up to twice the speed on processors that have instructions for it. Only the native library computes in it. Nothing is silently computed in another precision than the spec says.",
  ),
  "batch-too-large": error(
    (p: { batch: number; images: number }) => ({
      title: "The batch is larger than the training set",
      text: `A batch holds ${p.batch} different images, and the training data has only ${p.images}.`,
      hint: `Make \`batch\` at most ${p.images}, or give the training more data.`,
    }),
    "Each epoch uses every image once, in batches of a fixed size; a batch that is larger than the data would hold images twice.",
  ),
  "probe-value": error(
    (p: { name: string; wanted: string; given: string }) => ({
      title: "A value of the probe does not fit",
      text: `The loss reads ${p.name}, so the input has to hold ${p.wanted === "its values" ? p.wanted : `${p.wanted} ${p.wanted === "1" ? "number" : "numbers"} for it`}; it holds ${p.given}.`,
      hint: "x is [samples][features], W [features][classes], b [classes], centers [classes][features]; states and learned values stand under their names.",
    }),
    `facec probe reads {"x": [[..]], "W": [[..]], "b": [..], "y": [..], "centers": [[..]], "states": {"t": 0.3}, "learned": {"s": 10}}; what the loss does not use may be left out.`,
  ),
  "option-unknown": error(
    (p: { option: string; close: string | null }) => ({
      title: "Unknown option",
      text: `A training program has no option ${p.option}.`,
      ...(p.close === null ? {} : { hint: `Did you mean ${p.close}?` }),
    }),
    "Options: --backend --seed --epochs --data --out --resume --eager --threads --json --format --jobs --only --dry-run --beside.",
  ),
  "option-value": error(
    (p: { option: string; value: string; expected: string; close: string | null }) => ({
      title: "Wrong value of an option",
      text: `${p.option} takes ${p.expected}; "${p.value}" was given.`,
      ...(p.close === null ? {} : { hint: `Did you mean "${p.close}"?` }),
    }),
    "The value of an option is not one that it can take.",
  ),
  "option-wrong": error(
    (p: { said: string }) => ({ title: "Wrong use of the program", text: `${p.said}.` }),
    "Options: --backend --seed --epochs --data --out --resume --eager --threads --json --format --jobs --only --dry-run --beside. Nothing else is taken.",
  ),
} as const;
