/**
 * `facec backends install` for real: TensorFlow's wheel, npm's packages and the compiler, into cache folders of its own. The
 * wheel comes from pip, whose own cache spares the network after the first time.
 */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
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
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }), 300_000);

interface Ended {
  readonly code: number | null;
  readonly err: string;
  readonly seconds: number;
}

interface Stop {
  /** What it says on standard error before it is stopped, and how many milliseconds before. */
  readonly when: RegExp;
  readonly after: number;
  readonly signal: NodeJS.Signals;
}

/** Runs the command on a cache folder, to its end or until it is stopped. */
function facec(cache: string, args: readonly string[], stop?: Stop): Promise<Ended> {
  return new Promise((done) => {
    const began = performance.now();
    const child = spawn(process.execPath, [bundle, "backends", ...args], { env: { ...process.env, FACEC_CACHE: cache } });
    let err = "";
    let timer: NodeJS.Timeout | undefined;
    child.stderr.on("data", (text) => {
      err += text;
      if (stop?.when.test(err)) timer ??= setTimeout(() => child.kill(stop.signal), stop.after);
    });
    child.on("exit", (code) => {
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

/** What stands in the folder of the kind besides what dead attempts left. */
const wholeThings = (cache: string) => contents(cache).filter((name) => !name.startsWith(".attempt-"));

describe.skipIf(lacks.length > 0)(`facec backends install${lacks.length > 0 ? ` (lacks ${lacks.join(", ")})` : ""}`, () => {
  const given = () => ["install", "--wheel", file];

  it("stopped at random moments while it unpacks leaves nothing half-made", async () => {
    const cache = join(root, "cache");
    const random = stream(5, "install/kill");
    for (const signal of ["SIGKILL", "SIGINT", "SIGKILL"] as const) {
      const after = 500 + random.integer(2000);
      const { code } = await facec(cache, given(), { when: /unpacking/, after, signal });
      expect(code).toBe(signal === "SIGINT" ? 130 : null);
      expect(wholeThings(cache)).toEqual([]);
      if (signal === "SIGINT") expect(contents(cache)).toEqual([]);
      expect(nodeRow(cache)).toMatchObject({ usable: false });
    }
  });

  it("killed while it compiles keeps what is unpacked; then two at once do not collide, and a third call is instant", async () => {
    const cache = join(root, "cache");
    await facec(cache, given(), { when: /compiling/, after: 500, signal: "SIGKILL" });
    expect(wholeThings(cache)).toEqual(["library", "objects"]);
    expect(nodeRow(cache)).toMatchObject({ usable: false });

    const both = await Promise.all([facec(cache, ["install"]), facec(cache, ["install"])]);
    const said = both.map((each) => each.err).join("\n");
    expect(
      both.map((each) => each.code),
      said,
    ).toEqual([0, 0]);
    expect(said).not.toContain("unpacking");
    expect(contents(cache)).toEqual(["build", "library", "objects"]);
    expect(nodeRow(cache)).toMatchObject({ usable: true, library: expect.stringContaining("2.21.0") });

    const third = await facec(cache, ["install"]);
    expect(third).toMatchObject({ code: 0, err: expect.stringContaining("already installed") });
    expect(third.seconds).toBeLessThan(5);
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
