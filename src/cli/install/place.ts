/** Whether this machine can have the native library, and whether there is room for it. */
import { statfsSync } from "node:fs";
import { fail } from "../../diagnostics/diagnostic.js";
import type { LibraryKind } from "../../runtime/kernels/native/library.js";
import { megabytes } from "./steps.js";
import type { Machine } from "./wheels.js";

/** What is asked of the machine; a test gives another one. */
export interface Place {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Version of glibc; null where the C library is another one. */
  readonly glibc: string | null;
}

export function thisPlace(): Place {
  return { platform: process.platform, arch: process.arch, glibc: process.platform === "linux" ? glibcVersion() : null };
}

function glibcVersion(): string | null {
  const report: unknown = process.report.getReport();
  if (typeof report !== "object" || report === null || !("header" in report)) return null;
  const { header } = report;
  if (typeof header !== "object" || header === null || !("glibcVersionRuntime" in header)) return null;
  return typeof header.glibcVersionRuntime === "string" ? header.glibcVersionRuntime : null;
}

/** The oldest glibc that the wheels run on: manylinux_2_27. */
const LEAST_GLIBC = [2, 27] as const;

const systems: Readonly<Record<string, string>> = { darwin: "macOS", win32: "Windows", linux: "Linux", freebsd: "FreeBSD" };

/** How wheels call the machine; fails where there is none for it. */
export function supported(place: Place, kind: LibraryKind): Machine {
  const here = `${systems[place.platform] ?? place.platform} on ${place.arch}`;
  if (place.platform !== "linux") return fail("platform-unsupported", null, { here, kind });
  if (place.glibc === null) return fail("platform-unsupported", null, { here: `${here} without glibc`, kind });
  const [major = 0, minor = 0] = place.glibc.split(".").map(Number);
  if (major < LEAST_GLIBC[0] || (major === LEAST_GLIBC[0] && minor < LEAST_GLIBC[1])) {
    return fail("platform-unsupported", null, { here: `${here} with glibc ${place.glibc}, which is older than 2.27`, kind });
  }
  if (place.arch === "x64") return "x86_64";
  if (place.arch === "arm64" && kind === "cpu") return "aarch64";
  return fail("platform-unsupported", null, { here, kind });
}

/** Fails where fewer bytes are free for this user in the file system of `folder`. */
export function needRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < bytes) fail("disk-full", { path: folder }, { needed: megabytes(bytes), free: megabytes(bavail * bsize) });
}
