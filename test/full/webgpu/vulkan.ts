/**
 * A Vulkan driver for the tests: SwiftShader, which computes on the CPU and comes with Debian's chromium. Only for this
 * process and those it starts; a driver named by VK_DRIVER_FILES is taken as it is.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Where `scripts/swiftshader.sh` finds or puts the libraries. */
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const folders = [process.env.FACEC_SWIFTSHADER, "/usr/lib/chromium", join(cache, "facec-swiftshader")];

const missing = "there is no Vulkan driver: scripts/swiftshader.sh brings one";

/** Null when WebGPU can be tried; otherwise why not. */
export function prepareVulkan(): string | null {
  if (process.env.VK_DRIVER_FILES !== undefined) return null;
  const folder = folders.find((each) => each !== undefined && existsSync(join(each, "libvk_swiftshader.so")));
  if (folder === undefined) return missing;
  const own = mkdtempSync(join(tmpdir(), "facec-vulkan-"));
  afterAll(() => rmSync(own, { recursive: true, force: true }));
  const description = join(own, "swiftshader.json");
  const driver = { library_path: join(folder, "libvk_swiftshader.so"), api_version: "1.1.0" };
  writeFileSync(description, JSON.stringify({ file_format_version: "1.0.0", ICD: driver }));
  process.env.VK_DRIVER_FILES = description;
  const loader = join(folder, "libvulkan.so.1");
  if (existsSync(loader)) {
    // Programs that are started find the loader by its folder; this one started without it.
    process.env.LD_LIBRARY_PATH = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
    keepLoaded(loader);
  }
  return null;
}

/** Loads a library for good. Node complains that it is no addon, but glibc keeps it where it is told to (RTLD_NODELETE). */
function keepLoaded(library: string): void {
  const noDelete = 0x1000;
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | noDelete);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("self-register"))) throw error;
  }
}
