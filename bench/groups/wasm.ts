/** Our wasm training beside TensorFlow.js's own, which lacks one kernel that is registered for it in the plain way. */
import type { Entry } from "../measure/contestants.js";
import type { Group } from "./group.js";
import { measureTraining, type TrainingRow } from "./training.js";

const stock: Readonly<Record<string, Entry>> = {
  "tfjs-backend-wasm, transposed by flag": { kind: "stock-wasm", transposed: "by flag" },
  "tfjs-backend-wasm, transposed before": { kind: "stock-wasm", transposed: "before" },
};

const rows: Readonly<Record<string, TrainingRow>> = {
  ir18: {
    title: "IR-18, 56x56, batch 8, float32, on wasm",
    spec: "ir18.face",
    train: "ir18_batch8",
    net: "ir18",
    precision: "float32",
    steps: 3,
    warm: 3,
    contestants: { facec: { kind: "facec", backend: "wasm" }, ...stock },
    against: [{ name: "over tfjs-backend-wasm", ours: "facec", peers: Object.keys(stock) }],
  },
};

export const wasm: Group = {
  name: "wasm",
  title: "Training on WebAssembly",
  rows: Object.keys(rows),
  measure(name, settings) {
    const row = rows[name];
    if (row === undefined) throw new Error(`There is no row ${name}.`);
    return measureTraining(row, settings);
  },
};
