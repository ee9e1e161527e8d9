/**
 * The input pipeline beside PyTorch's, in alternating rounds; writes bench/results/pipeline.json.
 *
 *     npx tsx bench/pipeline/run.ts [rounds] [row ...]
 */
import { rowText } from "../measure/compare.js";
import { writeRow } from "../measure/results.js";
import { pipeline } from "./pipeline.js";

const [, , roundsText = "3", ...asked] = process.argv;
const settings = {
  rounds: Number(roundsText),
  threads: 1,
  bundle: () => Promise.reject(new Error("this group makes its own")),
  tell: (text: string) => console.error(text),
};
for (const name of asked.length > 0 ? asked : pipeline.rows) {
  const row = await pipeline.measure(name, settings);
  writeRow(pipeline.name, name, row, pipeline.rows);
  console.log(rowText(name, row));
}
