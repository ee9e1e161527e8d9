import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// test/full needs data, the native library, time and processes to kill: `npm run test:full`.
const full = process.env.FACEC_TEST_FULL === "1";

export default defineConfig({
  test: {
    include: [full ? "test/full/**/*.test.ts" : "test/**/*.test.ts"],
    exclude: full ? [] : ["test/full/**"],
    passWithNoTests: full,
    // What is kept in the user's cache, a native library above all, never decides how a unit test ends.
    env: full ? {} : { FACEC_CACHE: join(tmpdir(), "facec-unit-cache") },
    // Only for what hangs: on a busy machine with two cores a test may take ten times as long as on an idle one.
    testTimeout: full ? 600_000 : 180_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
