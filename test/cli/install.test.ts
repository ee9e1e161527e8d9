/** `facec backends install` where something is missing or wrong, with programs that stand in for pip, npm and the compiler. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { install, type Surroundings } from "../../src/cli/install/install.js";
import { needRoom } from "../../src/cli/install/place.js";
import { fetchSources } from "../../src/cli/install/sources.js";
import { fileOf, type Wheel, wheels, wheelsFor } from "../../src/cli/install/wheels.js";
import { type Diagnostic, FaceError } from "../../src/diagnostics/diagnostic.js";
import { installed } from "../../src/runtime/kernels/native/installed.js";
import { libraryFolder } from "../../src/runtime/kernels/native/library.js";
import { diagnosticsOf, goldenErrors } from "../golden.js";
import { temporaryFolder } from "../runtime/temporary.js";
import { facec, interrupted } from "./facec.js";
import { idle, npm, pip, silent, smallWheel, toolFolder, writeWheel } from "./tools.js";

const cpu = smallWheel({ package: "tensorflow-cpu", kind: "cpu", machine: "x86_64" });
const arm = smallWheel({ package: "tensorflow", kind: "cpu", machine: "aarch64" });
const cuda = smallWheel({ package: "tensorflow", kind: "cuda", machine: "x86_64" });

const linux = { platform: "linux", arch: "x64", glibc: "2.36" } as const;

/** Sources for a compiler that stands in and reads none. */
async function empty(_folder: string, target: string): Promise<void> {
  mkdirSync(join(target, "binding"), { recursive: true });
  for (const name of ["tfjs_backend.cc", "tfjs_binding.cc"]) writeFileSync(join(target, "binding", name), "");
}
const around: Surroundings = { place: linux, wheels: [cpu.wheel, arm.wheel, cuda.wheel], steps: silent, sources: empty };

const before = { ...process.env };
let folder = "";

beforeEach(() => {
  folder = temporaryFolder();
  process.env.FACEC_CACHE = join(folder, "cache");
  delete process.env.CXX;
});
afterEach(() => {
  process.env.PATH = before.PATH;
  process.env.FACEC_CACHE = before.FACEC_CACHE;
});

/** What an installation with these programs reports; the test's own folder is shown as /home/me. */
async function report(
  tools: Readonly<Record<string, string>>,
  given: readonly string[] = [],
  more: Partial<Surroundings> = {},
  kind: "cpu" | "cuda" = "cpu",
) {
  process.env.PATH = toolFolder(folder, tools);
  const found = await diagnosticsOf(() => install({ kind, wheels: given }, { ...around, ...more }));
  return shown(found);
}

function shown(found: readonly Diagnostic[]): readonly Diagnostic[] {
  // What this machine happens to have free differs from day to day.
  const text = JSON.stringify(found)
    .replaceAll(folder, "/home/me")
    .replace(/and [\d.]+ [GMk]?B are free/, "and 12 GB are free");
  return JSON.parse(text);
}

const without = (name: keyof typeof idle) => Object.fromEntries(Object.entries(idle).filter(([each]) => each !== name));
/** A compiler that answers, and ends so when it is to compile. */
const compiler = (compiling: string) => `case "$*" in *--version*) ${idle["g++"]};; *) ${compiling};; esac`;
/** Makes files of what it is asked for, which are no libraries. */
const making = 'while [ $# -gt 0 ]; do if [ "$last" = -o ]; then echo hollow > "$1"; fi; last=$1; shift; done';
const hollow = compiler(making);
const networkless = "echo 'ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.21.0' >&2; exit 1";
/** pip that brings a file of the wanted name, which holds something else. */
const wrong = `while [ "$1" != --dest ]; do shift; done; echo other > "$2/${fileOf(cpu.wheel)}"`;

describe("an installation that cannot be", () => {
  goldenErrors("install", {
    cases: {
      "platform-macos": () => report(idle, [], { place: { platform: "darwin", arch: "arm64", glibc: null } }),
      "platform-windows": () => report(idle, [], { place: { platform: "win32", arch: "x64", glibc: null } }),
      "platform-musl": () => report(idle, [], { place: { ...linux, glibc: null } }),
      "platform-old-glibc": () => report(idle, [], { place: { ...linux, glibc: "2.17" } }),
      "platform-cuda-on-arm": () => report(idle, [], { place: { ...linux, arch: "arm64" } }, "cuda"),
      "no-compiler": () => report(without("g++")),
      "no-python": () => report(without("python3")),
      "no-pip": () => report({ ...idle, python3: "echo 'No module named pip' >&2; exit 1" }),
      "no-npm": () => report(without("npm")),
      "no-tar": () => report(without("tar")),
      "no-network": () => report({ ...idle, python3: pip(networkless) }),
      "no-network-for-npm": () =>
        report({ ...idle, npm: npm("echo 'npm error code ENETUNREACH' >&2; exit 1") }, [], { sources: fetchSources }),
      "npm-brings-nothing": () => report(idle, [], { sources: fetchSources }),
      "download-damaged": () => report({ ...idle, python3: pip(wrong) }),
      "no-room": () => {
        try {
          return needRoom("/", Number.MAX_SAFE_INTEGER);
        } catch (error) {
          if (error instanceof FaceError) return shown(error.diagnostics);
          throw error;
        }
      },
      "no-room-while-fetching": () => report({ ...idle, python3: pip("echo 'OSError: [Errno 28] No space left on device' >&2; exit 2") }),
      "no-room-while-compiling": () =>
        report({ ...idle, "g++": compiler("echo 'fatal error: error writing to x.s: No space left on device' >&2; exit 1") }, [
          writeWheel(folder, cpu),
        ]),
      "compiler-fails": () =>
        report(
          {
            ...idle,
            "g++": compiler(
              `case "$*" in *tfjs_binding.cc*) echo 'tfjs_binding.cc:3: error: std::optional is not there' >&2; exit 1;; *) ${making};; esac`,
            ),
          },
          [writeWheel(folder, cpu)],
        ),
      "library-broken": () => report({ ...idle, "g++": hollow }, [writeWheel(folder, cpu)]),
      "cache-refused": () => {
        writeFileSync(join(folder, "cache"), "a file");
        return report(idle);
      },
      "wheel-missing": () => report(idle, [join(folder, "nowhere.whl")]),
      "wheel-is-a-folder": () => report(idle, [folder]),
      "wheel-damaged": () => report(idle, [writeWheel(folder, { ...cpu, content: cpu.content.subarray(0, 300) })]),
      "wheel-of-another-machine": () => report(idle, [writeWheel(folder, arm)]),
      "wheel-of-another-system": () =>
        report(idle, [writeWheel(folder, { ...cpu, content: Buffer.from("mac") }, "tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl")]),
      "wheel-of-another-version": () => {
        const file = "tensorflow_cpu-2.20.0-cp311-cp311-manylinux_2_27_x86_64.whl";
        return report(idle, [writeWheel(folder, { ...cpu, content: Buffer.from("old") }, file)]);
      },
      "wheel-of-another-package": () =>
        report(idle, [writeWheel(folder, { ...cpu, content: Buffer.from("torch") }, "torch-2.0-py3-none-any.whl")]),
      "wheel-with-cuda": () => report(idle, [writeWheel(folder, cuda)]),
      "wheel-without-cuda": () => report(idle, [writeWheel(folder, cpu)], {}, "cuda"),
    },
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ["while fetching", { ...idle, python3: pip(networkless) }],
    ["at a damaged download", { ...idle, python3: pip(wrong) }],
    ["before anything", without("g++")],
  ])("leaves nothing behind when it fails %s", async (_, tools) => {
    expect(await report(tools)).toHaveLength(1);
    expect(readdirSync(libraryFolder("cpu"))).toEqual([]);
    expect(installed("cpu")).toMatchObject({ ok: false, mend: "facec backends install" });
  });

  test("keeps what is unpacked where only the compiler failed, so that the next one need not fetch it", async () => {
    const failing = { ...idle, "g++": compiler("exit 1") };
    expect(await report(failing, [writeWheel(folder, cpu)])).toMatchObject([{ code: "tool-failed" }]);
    expect(readdirSync(libraryFolder("cpu")).sort()).toEqual(["library", "objects"]);
    const kept = readdirSync(join(libraryFolder("cpu"), "library", "tensorflow"), { recursive: true }).sort();
    expect(kept).toEqual([
      "include",
      "include/tensorflow",
      "include/tensorflow/c",
      "include/tensorflow/c/c_api.h",
      "libtensorflow_cc.so.2",
      "libtensorflow_framework.so.2",
    ]);
    expect(installed("cpu")).toMatchObject({ ok: false, mend: expect.stringContaining("seconds") });
    // Neither pip nor npm is asked for now.
    expect(await report({ "g++": failing["g++"] })).toMatchObject([{ code: "tool-failed" }]);
  });

  test.skipIf(process.platform !== "linux")("clears away what a dead installation left, and leaves a living one alone", async () => {
    const place = libraryFolder("cpu");
    const mine = /^\d+ \(.*\) (.*)$/s.exec(readFileSync(`/proc/${process.pid}/stat`, "latin1"))?.[1]?.split(" ")[19];
    const living = `.attempt-${process.pid}-${mine}-${Date.now()}-abcdef@${hostname()}`;
    const dead = [
      `.attempt-${process.pid}-1-${Date.now()}-abcdef@${hostname()}`,
      `.attempt-5-5-${Date.now() - 2 * 86_400_000}-abcdef@elsewhere`,
    ];
    for (const name of [living, ...dead]) mkdirSync(join(place, name, "half"), { recursive: true });
    await report(without("g++"));
    expect(readdirSync(place)).toEqual([living]);
  });
});

describe("the wheels that are known", () => {
  test("have a name, a hash and a size of their own", () => {
    for (const key of [fileOf, (each: Wheel) => each.sha256, (each: Wheel) => String(each.bytes)]) {
      const ofCuda = wheels.map((each) => `${key === fileOf ? each.kind : ""}${key(each)}`);
      expect(new Set(ofCuda).size).toBe(wheels.length);
    }
    for (const { sha256 } of wheels) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ["cpu", "x86_64", 12, ["tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl"]],
    ["cpu", "x86_64", 9, ["tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl"]],
    ["cpu", "aarch64", 13, ["tensorflow-2.21.0-cp313-cp313-manylinux_2_27_aarch64.whl"]],
  ] as const)("are one for %s on %s with Python 3.%d", (kind, machine, python, files) => {
    expect(wheelsFor(wheels, kind, machine, python).map(fileOf)).toEqual(files);
  });

  test("are for CUDA TensorFlow's own and twelve of NVIDIA's", () => {
    const found = wheelsFor(wheels, "cuda", "x86_64", 12);
    expect(found.map((each) => each.package).filter((name) => /^nvidia-.*-cu12$/.test(name))).toHaveLength(12);
    expect(found.map(fileOf)).toContain("tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl");
    expect(found).toHaveLength(13);
  });
});

describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("the command", () => {
  const tools = (scripts: Readonly<Record<string, string>>) => ({ PATH: toolFolder(folder, scripts) });

  test("exits 3 where the machine lacks something, and wasm computes as before", () => {
    const { code, err } = facec(["backends", "install"], { env: tools(without("g++")) });
    expect(code).toBe(3);
    expect(err).toContain("error[tool-missing]");
    expect(JSON.parse(facec(["backends", "--json"]).out)).toContainEqual(
      expect.objectContaining({ name: "wasm", usable: true, auto: true }),
    );
  });

  test("exits 2 for a wheel that does not fit", () => {
    const { code, err } = facec(["backends", "install", "--wheel", "torch-2.0-py3-none-any.whl"], { env: tools(idle) });
    expect(code).toBe(2);
    expect(err).toContain("error[wheel-unfit]");
  });

  test("stopped by Ctrl-C, exits 130 and leaves nothing", async () => {
    process.env.PATH = toolFolder(folder, { ...idle, npm: npm("exec /bin/sleep 60") });
    const { code, err } = await interrupted(["backends", "install"], folder, /fetching/);
    expect(code).toBe(130);
    expect(err).toContain("nothing half-made is left");
    expect(readdirSync(libraryFolder("cpu"))).toEqual([]);
  });

  test("killed, leaves what the next one clears away", async () => {
    process.env.PATH = toolFolder(folder, { ...idle, npm: npm("exec /bin/sleep 2") });
    await interrupted(["backends", "install"], folder, /fetching/, "SIGKILL");
    expect(readdirSync(libraryFolder("cpu"))).toEqual([expect.stringMatching(/^\.attempt-/)]);
    expect(installed("cpu").ok).toBe(false);
    const next = facec(["backends", "install"], { env: tools({ ...idle, npm: npm("echo ENETUNREACH; exit 1") }) });
    expect(next, next.err).toMatchObject({ code: 3 });
    expect(readdirSync(libraryFolder("cpu"))).toEqual([]);
  });
});
