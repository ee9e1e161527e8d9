/**
 * Makes dist/: the command (facec.js), the entry of generated programs (runtime.js), the worker that reads images
 * (data-worker.js), what tries a native library out (native-probe.js), the chunks that they share or load on first use, and the types of facec/runtime.
 *
 * Everything small is bundled, so that `facec check` starts in milliseconds; what is heavy or native stays a package and
 * is loaded on first use. A type error never stops the bundle: it is said, and `npm run types` shows it in full.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");

/** Heavy or native: resolved at run time, and never by `facec check`. */
const external = ["sharp", "@cornerstonejs/*", "ts-morph", "@tensorflow/*", "@observablehq/plot", "linkedom"];

const entries = {
  facec: "src/cli/main.ts",
  runtime: "src/runtime/index.ts",
  "data-worker": "src/runtime/data/worker.ts",
  "native-probe": "src/cli/install/probe.ts",
};

async function bundle() {
  const { build } = await import("esbuild");
  const found = Object.entries(entries).filter(([, path]) => existsSync(join(root, path)));
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: Object.fromEntries(found),
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // Chunks lie beside the entries, so that `new URL("./data-worker.js", import.meta.url)` holds in all of them.
    chunkNames: "[name]-[hash]",
    external,
    // CommonJS packages inside an ESM bundle ask for Node's own modules by require.
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
  });
  const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  await clean(made);
  await chmod(join(dist, "facec.js"), 0o755);
  await sign(made);
}

/** Writes what this build is, as a hash over all of it: the command keeps emitted programs by it. */
async function sign(made) {
  const hash = createHash("sha256");
  for (const name of [...made].sort()) {
    hash.update(name).update(await readFile(join(dist, name)));
  }
  await writeFile(join(dist, "build.json"), `${JSON.stringify({ hash: hash.digest("hex") })}\n`);
}

/**
 * Chunks carry hashes in their names: those of an earlier build would stay for ever. They do stay for a day, so that a long
 * run which began before this build still finds what it loads last.
 */
async function clean(made) {
  const dayAgo = Date.now() - 24 * 60 * 60 * 1000;
  for (const name of await readdir(dist)) {
    if (!name.endsWith(".js") || made.has(name)) continue;
    const path = join(dist, name);
    if ((await stat(path)).mtimeMs < dayAgo) await rm(path);
  }
}

/** Declarations of facec/runtime and what it names: dist/runtime/index.d.ts is the package's types entry. */
function declarations() {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  if (!existsSync(compiler)) return Promise.resolve("TypeScript is not installed: no types were written for facec/runtime.");
  const options =
    "--ignoreConfig --emitDeclarationOnly --declaration --noCheck --skipLibCheck --rootDir src --outDir dist --target ES2023 --module NodeNext --moduleResolution NodeNext --types node --strict";
  return new Promise((done) => {
    const child = spawn(process.execPath, [compiler, ...options.split(" "), "src/runtime/index.ts"], { cwd: root });
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
    });
    child.on("close", (code) => done(code === 0 ? null : `The types of facec/runtime have mistakes (npm run types):\n${said}`));
  });
}

const warnings = (await Promise.all([declarations(), bundle()]))[0];
if (warnings !== null) console.warn(warnings);
