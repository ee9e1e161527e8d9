/** What tests of the native library share: where it is not installed they are skipped with a word why, but never under CI. */
import { describe } from "vitest";
import { installed } from "../../../src/runtime/kernels/native/installed.js";

const found = installed("cpu");

export const isInstalled = found.ok || process.env.CI !== undefined;

/** Groups tests that need the library: `facec backends install` brings it. */
export function describeNative(name: string, body: () => void): void {
  if (isInstalled) describe(name, body);
  else describe.skip(`${name} (${found.ok ? "" : `${found.why}; ${found.mend}`})`, body);
}
