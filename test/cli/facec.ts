/** Runs the built command as a user does. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { projectRoot } from "../golden.js";

const bundle = join(projectRoot, "dist", "facec.js");

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface How {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly node?: readonly string[];
}

export function facec(args: readonly string[], how: How = {}): Ran {
  if (!existsSync(bundle)) throw new Error("dist/facec.js is not there: npm run build");
  const { status, stdout, stderr } = spawnSync(process.execPath, [...(how.node ?? []), bundle, ...args], {
    cwd: how.cwd ?? projectRoot,
    encoding: "utf8",
    env: { ...process.env, ...how.env },
  });
  return { code: status, out: stdout, err: stderr };
}

/** As `facec`, but sends Ctrl-C (or another signal) once `until` stands on one of its streams. */
export function interrupted(args: readonly string[], cwd: string, until: RegExp, signal: NodeJS.Signals = "SIGINT"): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [bundle, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    let sent = false;
    const look = (): void => {
      if (sent || !until.test(out + err)) return;
      sent = true;
      child.kill(signal);
    };
    child.stdout.on("data", (text) => {
      out += text;
      look();
    });
    child.stderr.on("data", (text) => {
      err += text;
      look();
    });
    child.on("close", (code) => done({ code, out, err }));
  });
}

/** A folder that is gone after the test, with these files. */
export function folderWith(files: Readonly<Record<string, string>>, parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, "facec-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Trains in a second or two. */
export const tiny = `use std.losses { softmax, cosface }

dataset toy = synthetic(identities = 12, images = 4, seed = 7) {
  image 16x16x1
  scale (v - 127.5) / 128
  split identities { train 8, test 4 } seed run
}

backbone Flat(features = 8) {
  avgpool(2x2)
  flatten
  dense(features)
}

schedule flat(rate) = rate

train small {
  data toy.train
  backbone Flat
  loss softmax
  optimizer sgd
  schedule flat(0.05)
  batch 8
  epochs 2
}

table losses "Two losses" {
  from small
  rows loss { softmax, "CosFace" = cosface(s = 16) }
  seeds [1]
  cell pairs(toy.test).accuracy as percent
}
`;
