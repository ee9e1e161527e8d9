import { expect } from "vitest";
import { installed } from "../../../src/runtime/kernels/native/installed.js";

/** Null where the native library is installed, otherwise why not; where everything has to be there, that is a failure. */
export function missingNative(): string | null {
  const found = installed("cpu");
  if (found.ok) return null;
  if (process.env.CI === "true") expect.fail(`${found.why}: ${found.mend}`);
  return `${found.why}: ${found.mend}`;
}
