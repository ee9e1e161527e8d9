/** Our contestants as JavaScript that plain Node runs, so that what loads TypeScript is not measured with them. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Bundle {
  /** Path of a contestant, by the name of its source in bench/contestants. */
  readonly script: (name: "facec" | "stock-wasm") => string;
  /** URL of the runtime whose `train` only keeps the training. */
  readonly runtime: string;
  readonly remove: () => void;
}

/** Below node_modules, where packages are found. */
export async function bundled(): Promise<Bundle> {
  const caches = join(root, "node_modules", ".cache");
  mkdirSync(caches, { recursive: true });
  const outdir = mkdtempSync(join(caches, "facec-bench-"));
  const common = { absWorkingDir: root, outdir, bundle: true, format: "esm", platform: "node", target: "node20" } as const;
  const named = { outExtension: { ".js": ".mjs" }, logLevel: "warning" } as const;
  // TensorFlow.js has its gradients only in modules that Node cannot load as they lie: they are bundled.
  await build({
    ...common,
    ...named,
    entryPoints: ["bench/contestants/stock-wasm.ts"],
    mainFields: ["module", "main"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname;',
    },
  });
  await build({
    ...common,
    ...named,
    entryPoints: ["facec", "runtime"].map((name) => `bench/contestants/${name}.ts`),
    splitting: true,
    packages: "external",
    plugins: [
      {
        name: "wip",
        setup(b) {
          b.onResolve({ filter: /(native|webgpu)\/index\.js$/ }, (a) =>
            existsSync(join(a.resolveDir, a.path.replace(".js", ".ts"))) ? undefined : { path: a.path, external: true },
          );
        },
      },
    ],
  });
  return {
    script: (name) => join(outdir, `${name}.mjs`),
    runtime: pathToFileURL(join(outdir, "runtime.mjs")).href,
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
}
