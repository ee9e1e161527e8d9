/**
 * Seconds from the start of a training program to its first finished step, each time in a new process: the program that
 * `facec build` writes for the quickstart, with what it does before (drawing its faces, loading the library, making the
 * graph). The files are in the system's cache; nothing else is warm.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compare } from "../measure/compare.js";
import { start as startPeer } from "../measure/contestants.js";
import { thisMachine } from "../measure/machine.js";
import type { Comparison, Contestant, Row } from "../measure/results.js";
import { rounded } from "../measure/statistics.js";
import { prepareWork, programOf } from "../measure/work.js";
import type { Group, Settings } from "./group.js";

/** A start is soon done, and its time is less steady than that of a step. */
const leastRounds = 5;
const root = fileURLToPath(new URL("../../", import.meta.url));
const peer = "PyTorch eager";

export const start: Group = {
  name: "start",
  title: "Start of a training program",
  rows: ["quickstart"],
  async measure(_name, settings) {
    const folder = mkdtempSync(join(tmpdir(), "facec-bench-"));
    try {
      return await measure(folder, { ...settings, rounds: Math.max(leastRounds, settings.rounds) });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(folder: string, settings: Settings): Promise<Row> {
  const { status } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error("The build failed.");
  const program = join(folder, "quick.mjs");
  writeFileSync(program, programOf("../../specs/quickstart.face", "quick", pathToFileURL(join(root, "dist/runtime.js")).href));
  const seconds: Record<string, number[]> = { "facec on node": [], "facec on wasm": [], [peer]: [] };
  for (let round = 0; round < settings.rounds; round++) {
    for (const backend of ["node", "wasm"] as const) {
      const args = [program, "--backend", backend, ...(backend === "node" ? ["--threads", String(settings.threads)] : [])];
      seconds[`facec on ${backend}`]?.push(rounded(await firstStep(args, join(folder, `${backend}-${round}`))));
    }
    seconds[peer]?.push(rounded(await firstStepOfPeer(settings)));
    settings.tell(`round ${round + 1} of ${settings.rounds}`);
  }
  return resultOf(seconds, settings);
}

/** The program's first line of metrics is written when its first step is done. */
async function firstStep(args: readonly string[], out: string): Promise<number> {
  mkdirSync(out, { recursive: true });
  const metrics = join(out, "metrics.jsonl");
  const began = performance.now();
  const child = spawn(process.execPath, [...args, "--out", out], { stdio: ["ignore", "ignore", "pipe"] });
  const closed = new Promise<void>((done) => child.once("close", () => done()));
  try {
    await written(metrics, out, child);
    return (performance.now() - began) / 1000;
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
}

function written(path: string, folder: string, child: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const watcher = watch(folder, () => {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
      watcher.close();
      done();
    });
    child.once("close", () => {
      watcher.close();
      failed(new Error(`The program ended before its first step:\n${said}`));
    });
  });
}

/** The same net in PyTorch, its batches read from a file: imports, net, first step. */
async function firstStepOfPeer(settings: Settings): Promise<number> {
  const bundle = await settings.bundle();
  const work = await prepareWork("quickstart.face", "quickstart", "quickstart", bundle);
  try {
    const began = performance.now();
    const entry = { kind: "pytorch", layout: "nchw" } as const;
    const measured = startPeer(peer, entry, work, bundle, { threads: settings.threads, warm: 1, optimizer: "small" });
    await measured.ready();
    const seconds = (performance.now() - began) / 1000;
    await measured.end();
    return seconds;
  } finally {
    work.remove();
  }
}

const words: Readonly<Record<string, string>> = {
  "facec on node": "the quickstart's program, TensorFlow's native library",
  "facec on wasm": "the quickstart's program, WebAssembly",
  [peer]: "imports, the same net, its batches from a file, eager, NCHW",
};

function resultOf(seconds: Readonly<Record<string, readonly number[]>>, { rounds, threads }: Settings): Row {
  const contestants: Record<string, Contestant> = {};
  for (const [name, each] of Object.entries(seconds)) contestants[name] = { what: words[name] ?? name, unit: "s", rounds: each };
  const made = compare("over PyTorch eager", "facec on node", [peer], contestants);
  const comparisons: readonly Comparison[] = made === null ? [] : [made];
  const settings = { spec: "specs/quickstart.face", training: "quick", threads, rounds };
  const title = "from the start of the process to the first finished step, quickstart";
  return { title, date: new Date().toISOString(), machine: thisMachine(), settings, contestants, comparisons };
}
