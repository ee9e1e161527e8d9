/**
 * What the command costs: milliseconds of processor, child processes included, the least of five runs.
 *
 *     npm run build && npx tsx bench/command.ts
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const bundle = fileURLToPath(new URL("../dist/facec.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "facec-bench-"));
const log = join(folder, "cpu.txt");
const hook = join(folder, "cpu.mjs");

const small = `dataset toy = synthetic(identities = 12, images = 4, seed = 7) {
  image 16x16x1
  scale (v - 127.5) / 128
  split identities { train 8, test 4 } seed run
}
`;
const long = Array.from(
  { length: 150 },
  (_, i) => `loss l${i}(s = 16, m = 0.${i + 1}) = cross_entropy(s * (if target then c - m else c)) where c = cosine(x, W)`,
);
const experiment = `use std.losses { softmax, cosface }
${small}
backbone Flat(features = 8) {
  avgpool(2x2)
  flatten
  dense(features)
}

train first {
  data toy.train
  backbone Flat
  loss softmax
  optimizer sgd
  schedule flat(0.05)
  batch 8
  epochs 2
}

schedule flat(rate) = rate

table losses "Two losses" {
  from first
  rows loss { softmax, "CosFace" = cosface(s = 16) }
  seeds [1]
  cell pairs(toy.test).accuracy as percent
}
`;

/** Each process of the call adds its line to the log. */
function once(args: readonly string[]): number {
  rmSync(log, { force: true });
  const env = { ...process.env, NODE_OPTIONS: `--import=${pathToFileURL(hook).href}` };
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  const microseconds = readFileSync(log, "utf8").trim().split("\n").map(Number);
  return microseconds.reduce((a, b) => a + b) / 1000;
}

function least(args: readonly string[]): number {
  return Math.min(...Array.from({ length: 5 }, () => once(args)));
}

try {
  writeFileSync(
    hook,
    `import { appendFileSync } from "node:fs";
     process.on("exit", () => { const { user, system } = process.cpuUsage(); appendFileSync(${JSON.stringify(log)}, user + system + "\\n"); });`,
  );
  writeFileSync(join(folder, "small.face"), small);
  writeFileSync(join(folder, "long.face"), [...long, small].join("\n"));
  writeFileSync(join(folder, "table.face"), experiment);
  const table = [bundle, "table", "table.face", "losses", "--backend", "cpu"];
  once(table); // trains; from now on the table is answered from its store
  for (const [title, args] of [
    ["Node itself", ["-e", "0"]],
    ["check, 5 lines", [bundle, "check", "small.face"]],
    ["check, 150 losses", [bundle, "check", "long.face"]],
    ["a finished table", table],
  ] as const) {
    console.log(`${title.padEnd(20)} ${least(args).toFixed(0).padStart(6)} ms`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
