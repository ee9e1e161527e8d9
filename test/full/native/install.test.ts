/**
 * `facec backends install` for real: TensorFlow's wheel, npm's packages and the compiler, into cache folders of its own. The
 * wheel comes from pip, whose own cache spares the network after the first time.
 */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileOf, wheels, wheelsFor } from "../../../src/cli/install/wheels.js";
import { stream } from "../../../src/runtime/random.js";
import { projectRoot } from "../../golden.js";

const bundle = join(projectRoot, "dist", "facec.js");
const [wheel] = wheelsFor(wheels, "cpu", process.arch === "arm64" ? "aarch64" : "x86_64", null);
if (wheel === undefined) throw new Error("no wheel is known");

const lacks =
  process.platform === "linux"
    ? ["python3", "npm", "tar", "g++"].filter((tool) => spawnSync(tool, ["--version"]).error !== undefined)
    : ["Linux"];

let root = "";
let file = "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "facec-install-"));
  file = join(root, fileOf(wheel));
  if (lacks.length > 0) return;
  const target = [
    "--python-version",
    `3.${wheel.python}`,
    "--implementation",
    "cp",
    "--abi",
    `cp3${wheel.python}`,
    "--platform",
    wheel.platform,
  ];
  const args = ["-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", ...target, "--dest", root];
  const fetched = spawnSync("python3", [...args, `${wheel.package}==${wheel.version}`], { encoding: "utf8" });
  if (fetched.status !== 0) throw new Error(`pip could not fetch the wheel:\n${fetched.stderr}`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly err: string;
  readonly seconds: number;
}

/** Runs the command on a cache of its own; with `kill`, until this comes to its end. */
function facec(cache: string, args: readonly string[], kill?: { readonly after: number; readonly signal: NodeJS.Signals }): Promise<Ended> {
  return new Promise((done) => {
    const began = performance.now();
    const child = spawn(process.execPath, [bundle, "backends", ...args], { env: { ...process.env, FACEC_CACHE: cache } });
    let err = "";
    child.stderr.on("data", (text) => {
      err += text;
    });
    const timer = kill === undefined ? undefined : setTimeout(() => child.kill(kill.signal), kill.after);
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code, err, seconds: (performance.now() - began) / 1000 });
    });
  });
}

interface Row {
  readonly name: string;
  readonly usable: boolean;
  readonly library: string | null;
}

function nodeRow(cache: string): Row | undefined {
  const { stdout } = spawnSync(process.execPath, [bundle, "backends", "--json"], {
    env: { ...process.env, FACEC_CACHE: cache },
    encoding: "utf8",
  });
  const rows: readonly Row[] = JSON.parse(stdout);
  return rows.find((each) => each.name === "node");
}

const kindFolder = (cache: string) => join(cache, "native", "cpu");

/** What lies in a cache: only things that are whole, whatever happened. */
function contents(cache: string): readonly string[] {
  const folder = kindFolder(cache);
  return existsSync(folder)
    ? readdirSync(folder)
        .map((name) => name.replace(/^build-.*/, "build"))
        .sort()
    : [];
}

/** The same files by other links: what an installation that is done has unpacked, without unpacking again. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkSync(source, target);
  }
}

describe.skipIf(lacks.length > 0)(`facec backends install${lacks.length > 0 ? ` (lacks ${lacks.join(", ")})` : ""}`, () => {
  it("killed at random moments while it unpacks leaves nothing half-made, and then installs; a second call is instant", async () => {
    const cache = join(root, "killed");
    const random = stream(5, "install/kill");
    let kills = 0;
    for (const signal of ["SIGKILL", "SIGINT", "SIGKILL"] as const) {
      const { code } = await facec(cache, ["install", "--wheel", file], { after: 500 + random.integer(2500), signal });
      expect(code).not.toBe(0);
      kills++;
      expect(nodeRow(cache)).toMatchObject({ usable: false });
      // The folder of the dead attempt alone; after Ctrl-C not even that.
      expect(contents(cache).filter((name) => !name.startsWith(".attempt-") && name !== "library")).toEqual([]);
      if (signal === "SIGINT") expect(contents(cache).filter((name) => name.startsWith(".attempt-"))).toEqual([]);
    }
    expect(kills).toBe(3);

    const first = await facec(cache, ["install", "--wheel", file]);
    expect(first, first.err).toMatchObject({ code: 0 });
    expect(contents(cache)).toEqual(["build", "library"]);
    expect(nodeRow(cache)).toMatchObject({ usable: true, library: expect.stringContaining("2.21.0") });

    const second = await facec(cache, ["install"]);
    expect(second).toMatchObject({ code: 0, err: expect.stringContaining("already installed") });
    expect(second.seconds).toBeLessThan(5);
  });

  it("killed while it compiles goes on from what is unpacked, and two at once do not collide", async () => {
    const cache = join(root, "twice");
    linkTree(join(kindFolder(join(root, "killed")), "library"), join(kindFolder(cache), "library"));
    await facec(cache, ["install"], { after: 3000, signal: "SIGKILL" });
    expect(nodeRow(cache)).toMatchObject({ usable: false });
    const both = await Promise.all([facec(cache, ["install"]), facec(cache, ["install"])]);
    expect(
      both.map((each) => each.code),
      both.map((each) => each.err).join("\n"),
    ).toEqual([0, 0]);
    expect(both.some((each) => each.err.includes("unpacking"))).toBe(false);
    expect(contents(cache)).toEqual(["build", "library"]);
    expect(nodeRow(cache)).toMatchObject({ usable: true });
  });

  it("refuses a wheel of which one byte is changed", async () => {
    const cache = join(root, "damaged");
    const damaged = join(root, "copy", fileOf(wheel));
    mkdirSync(join(root, "copy"));
    copyFileSync(file, damaged);
    const opened = openSync(damaged, "r+");
    writeSync(opened, Buffer.of(0xff), 0, 1, Math.floor(statSync(damaged).size / 2));
    const { code, err } = await facec(cache, ["install", "--wheel", damaged]);
    expect(code).toBe(2);
    expect(err).toContain("error[wheel-unfit]");
    expect(contents(cache)).toEqual([]);
  });
});
