/** The sources of tfjs-node's binding and the headers of Node's C interface, from their npm packages. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import { bindingVersion } from "../../runtime/kernels/native/library.js";
import { runTool, toolFailed } from "./tool.js";

interface Package {
  readonly name: string;
  readonly version: string;
  /** What is taken out of it. */
  readonly part: string;
  /** SHA-512 of the tarball, as the registry gives it. */
  readonly integrity: string;
}

const binding: Package = {
  name: "@tensorflow/tfjs-node-gpu",
  version: bindingVersion,
  part: "package/binding",
  integrity: "p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==",
};

const headers: Package = {
  name: "node-api-headers",
  version: "1.5.0",
  part: "package/include",
  integrity: "Yi/FgnN8IU/Cd6KeLxyHkylBUvDTsSScT0Tna2zTrz8klmc8qF2ppj6Q1LHsmOueJWhigQwR4cO2p0XBGW5IaQ==",
};

export const sourceNames = `${binding.name} ${binding.version} and ${headers.name} ${headers.version}`;

/** Puts the sources into `target/binding` and the headers into `target/include`, by way of tarballs in `folder`. */
export async function fetchSources(folder: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  for (const each of [binding, headers]) await fetchPart(each, folder, target);
}

/** npm and tar are there, wherever Node was installed as usual. */
export async function findNpm(folder: string): Promise<void> {
  const purpose = "fetches the sources of the binding";
  const npm = await runTool("npm", ["--version"], folder);
  if (npm?.code !== 0) fail("tool-missing", null, { tool: "npm", purpose, mend: "Put npm, which comes with Node, into PATH." });
  const tar = await runTool("tar", ["--version"], folder);
  if (tar?.code !== 0) fail("tool-missing", null, { tool: "tar", purpose: "unpacks the sources of the binding", mend: "Install tar." });
}

async function fetchPart(wanted: Package, folder: string, target: string): Promise<void> {
  const file = `${wanted.name.replace("@", "").replace("/", "-")}-${wanted.version}.tgz`;
  // A tarball of this name in npm's own cache is as good: its hash is checked below.
  const args = ["pack", "--ignore-scripts", "--prefer-offline", "--loglevel", "error", `${wanted.name}@${wanted.version}`];
  const packed = await runTool("npm", args, folder);
  if (packed?.code !== 0 || !existsSync(join(folder, file))) {
    const hint = "npm has to reach its registry, or to have the package in its cache: `npm ping` tells.";
    return toolFailed("npm", `fetching ${wanted.name}`, packed?.said ?? "", hint, folder);
  }
  const found = createHash("sha512")
    .update(readFileSync(join(folder, file)))
    .digest("base64");
  if (found !== wanted.integrity) return fail("download-damaged", null, { file, wanted: wanted.integrity, found });
  const untarred = await runTool("tar", ["-xzf", file, "-C", target, "--strip-components=1", wanted.part], folder);
  if (untarred?.code !== 0) return toolFailed("tar", `unpacking ${file}`, untarred?.said ?? "", "Is gzip installed?", folder);
}
