import { defineConfig } from "vitest/config";

// test/full needs data, time and processes to kill: `npm run test:full`.
const full = process.env.FACEC_TEST_FULL === "1";

export default defineConfig({
  test: {
    include: [full ? "test/full/**/*.test.ts" : "test/**/*.test.ts"],
    exclude: full ? [] : ["test/full/**"],
    passWithNoTests: full,
    testTimeout: full ? 600_000 : 30_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
