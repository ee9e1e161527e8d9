import { bundled, type Bundle } from "./measure/bundle.js";
import { rowText } from "./measure/compare.js";
import { writeRow } from "./measure/results.js";
import { training } from "./groups/training.js";
let b: Bundle | null = null;
const row = process.argv[2] ?? "ir18";
const r = await training.measure(row, { rounds: Number(process.argv[3] ?? 1), threads: 2, bundle: async () => (b ??= await bundled()), tell: (t) => console.error(t) });
console.log(rowText(row, r));
