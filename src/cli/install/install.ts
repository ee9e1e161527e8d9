/**
 * `facec backends install`: brings TensorFlow's native library into the user's cache. First the wheels are unpacked into
 * `native/KIND/library`, then the addon is built into `native/KIND/build-KEY`; each is put in place by one rename when it is
 * whole, so that a stopped installation leaves nothing half-made and the next one goes on from what is there.
 */
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import { installed, isUnpacked, type Manifest } from "../../runtime/kernels/native/installed.js";
import { buildFolder, type LibraryKind, libraryFolder, tensorflowVersion, unpackedFolder } from "../../runtime/kernels/native/library.js";
import { type Attempt, beginAttempt, isNodeError } from "./attempt.js";
import { type Compiler, compile, findCompiler } from "./compile.js";
import { needRoom, type Place, supported, thisPlace } from "./place.js";
import { fetchSources, findNpm, sourceNames } from "./sources.js";
import { megabytes, type Steps, spoken } from "./steps.js";
import { endTools } from "./tool.js";
import { tryOut } from "./try-out.js";
import { unpack } from "./unpack.js";
import { fetchWheel, findPython, givenWheel, isNeeded, type Python } from "./wheel.js";
import { fileOf, type Machine, unpackedBytes, type Wheel, wheels, wheelsFor } from "./wheels.js";

export interface Wanted {
  readonly kind: LibraryKind;
  /** Wheels that are at hand; pip fetches the others. */
  readonly wheels: readonly string[];
}

/** What an installation is told of its surroundings; a test gives others. */
export interface Surroundings {
  readonly place: Place;
  readonly wheels: readonly Wheel[];
  readonly steps: Steps;
  readonly sources: typeof fetchSources;
}

const here = (): Surroundings => ({ place: thisPlace(), wheels, steps: spoken, sources: fetchSources });

/** How many builds of other versions of facec, or for other processors, are kept beside the newest. */
const KEPT_BUILDS = 3;
/** Milliseconds. */
const OBJECT_AGE = 7 * 24 * 60 * 60 * 1000;

/** Installs what is wanted; returns false where it was there already. */
export async function install(wanted: Wanted, around: Surroundings = here()): Promise<boolean> {
  const machine = supported(around.place, wanted.kind);
  if (installed(wanted.kind).ok) return false;
  const folder = libraryFolder(wanted.kind);
  const attempt = beginAttempt(folder);
  try {
    // Everything that can be missing is asked for before anything is fetched.
    const compiler = await findCompiler(attempt.folder);
    if (!isUnpacked(wanted.kind)) await bringLibrary(wanted, machine, around, attempt);
    await build(wanted.kind, compiler, around.steps, attempt);
  } catch (error) {
    if (isNodeError(error) && (error.code === "ENOSPC" || error.code === "EDQUOT")) {
      fail("disk-full", { path: folder }, { needed: null, free: null });
    }
    throw error;
  } finally {
    // One compiler that fails leaves others at work.
    endTools();
    attempt.end();
  }
  return true;
}

/**
 * Unpacks the wheels, one after the other, and puts what came out of them in place, with the sources beside it: building
 * again, for another processor or a newer facec, then needs a compiler alone.
 */
async function bringLibrary({ kind, wheels: given }: Wanted, machine: Machine, around: Surroundings, attempt: Attempt): Promise<void> {
  const { steps, wheels: known } = around;
  await findNpm(attempt.folder);
  const paths = new Map<string, { readonly wheel: Wheel; readonly path: string }>();
  for (const path of given) {
    const wheel = await givenWheel(path, known, kind, machine);
    paths.set(wheel.package, { wheel, path });
  }
  const wanted = wheelsFor(known, kind, machine, null);
  const python = wanted.every((each) => paths.has(each.package)) ? null : await findPython(attempt.folder);
  const chosen = wheelsFor(known, kind, machine, python?.minor ?? null);
  const toFetch = chosen.filter((each) => !paths.has(each.package));
  // pip holds a wheel twice for a moment, and keeps it in a cache of its own; each is deleted when it is unpacked.
  const cached = toFetch.reduce((sum, each) => sum + each.bytes, 0);
  needRoom(libraryFolder(kind), unpackedBytes[kind] + cached + 2 * Math.max(0, ...toFetch.map((each) => each.bytes)));
  const target = join(attempt.folder, "library");
  await steps.step(`fetching ${sourceNames} by npm`, async () => {
    await around.sources(attempt.folder, join(target, "sources"));
    return { value: null, said: "fetched, and their hashes are right" };
  });
  for (const each of chosen) {
    const at = paths.get(each.package);
    if (at !== undefined) await unpackOne(at.path, at.wheel, target, steps);
    else if (python !== null) {
      const path = await fetchOne(each, python, attempt.folder, steps);
      await unpackOne(path, each, target, steps);
      rmSync(path);
    }
  }
  attempt.place(target, unpackedFolder(kind));
}

function fetchOne(wheel: Wheel, python: Python, folder: string, steps: Steps): Promise<string> {
  return steps.step(
    `fetching ${fileOf(wheel)}, ${megabytes(wheel.bytes)}, by pip ${python.pip}`,
    async (progress) => ({ value: await fetchWheel(python, wheel, folder, progress), said: "fetched, and its hash is right" }),
    wheel.bytes,
  );
}

function unpackOne(path: string, wheel: Wheel, target: string, steps: Steps): Promise<number> {
  const doing = `unpacking ${basename(path)}`;
  return steps.step(
    doing,
    async (progress) => {
      const bytes = await unpack(path, target, isNeeded, progress);
      return { value: bytes, said: `unpacked ${megabytes(bytes)}` };
    },
    // Wheels are packed to a third, at most.
    3.4 * wheel.bytes,
  );
}

/** Builds the addon, tries it out and puts it in place. */
async function build(kind: LibraryKind, compiler: Compiler, steps: Steps, attempt: Attempt): Promise<void> {
  const target = buildFolder(kind);
  const library = unpackedFolder(kind);
  const made = join(attempt.folder, "build");
  const objects = join(libraryFolder(kind), "objects");
  for (const folder of [made, objects]) mkdirSync(folder, { recursive: true });
  const { path } = await steps.step(`compiling with ${compiler.version}`, async () => {
    const value = await compile(compiler, library, objects, attempt.folder, made);
    return { value, said: `compiled the binding and ${value.own} ${value.own === 1 ? "file" : "files"} of facec's own operations` };
  });
  // The addon looks for it beside its own folder, here as in its final place.
  rmSync(join(attempt.folder, "library"), { recursive: true, force: true });
  symlinkSync(library, join(attempt.folder, "library"));
  const devices = await steps.step("trying it out", async () => {
    const value = await tryOut(path);
    return { value, said: `TensorFlow ${tensorflowVersion} adds two numbers on: ${value.join(", ")}` };
  });
  const manifest: Manifest = { tensorflow: tensorflowVersion, devices };
  writeFileSync(join(made, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  attempt.place(made, target);
  removeOldBuilds(kind, basename(target));
  removeOldObjects(objects);
}

/** Object files are made again in a moment: those that no build has made for a week are taken away. */
function removeOldObjects(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < Date.now() - OBJECT_AGE) rmSync(path, { force: true });
  }
}

function removeOldBuilds(kind: LibraryKind, newest: string): void {
  const folder = libraryFolder(kind);
  const others = readdirSync(folder)
    .filter((name) => name.startsWith("build-") && name !== newest)
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of others.slice(KEPT_BUILDS)) rmSync(path, { recursive: true, force: true });
}
