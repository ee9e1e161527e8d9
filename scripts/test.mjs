/**
 * `npm test`: types, lint, then all tests that need Node and npm alone. `npm run test:full` is that and test/full: real data,
 * kills, fuzz. A test that lacks data or a tool is skipped and says why; under CI=true it fails.
 * The last line is always `N passed, N failed, N skipped`.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const full = process.argv.includes("--full");
const onlyFull = process.argv.includes("--only-full");

/** The full tests are run in CI to see everything: what is skipped there lacks something that should be there. */
const nothingMayBeMissing = process.env.CI === "true" && (full || onlyFull);

const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs a tool of the project; its own words go through as they are. */
function runTool(name, script, args, environment = {}) {
  console.log(`\n> ${name}`);
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, "node_modules", script), ...args], {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, ...environment },
    });
    child.on("close", (code) => done(code === 0));
  });
}

async function check(name, script, args) {
  const passed = await runTool(name, script, args);
  total[passed ? "passed" : "failed"]++;
}

/** Runs vitest and counts its tests from its JSON report; what was skipped is named with its reason. */
async function vitest(name, environment = {}) {
  const folder = mkdtempSync(join(tmpdir(), "facec-test-"));
  const report = join(folder, "report.json");
  const passed = await runTool(
    name,
    "vitest/vitest.mjs",
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    environment,
  );
  const counted = existsSync(report) ? count(JSON.parse(readFileSync(report, "utf8"))) : 0;
  // A file that could not even be loaded fails the run without a failed test.
  if (!passed && counted === 0) total.failed++;
  rmSync(folder, { recursive: true, force: true });
}

function count(report) {
  let failed = 0;
  for (const file of report.testResults) {
    if (file.status === "failed" && file.assertionResults.length === 0) failed++;
    for (const test of file.assertionResults) {
      if (test.status === "passed") total.passed++;
      else if (test.status === "failed") failed++;
      else {
        total.skipped++;
        console.log(`skipped: ${relative(root, file.name)}: ${test.fullName}`);
        if (nothingMayBeMissing) failed++;
      }
    }
  }
  total.failed += failed;
  return failed;
}

if (!onlyFull) {
  await check("build", "../scripts/build.mjs", []);
  await check("types", "typescript/bin/tsc", ["--noEmit"]);
  await check("lint", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]);
  await vitest("tests");
}
if (full || onlyFull) await vitest("full tests", { FACEC_TEST_FULL: "1" });

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
