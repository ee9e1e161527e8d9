/**
 * The small experiment as a program: `train`, or `table` where TABLE is set. RATE replaces the learning rate, DELAY slows each step down,
 * FAILS is the row whose runs fail, DIES the one whose processes are killed.
 */
import { commandLine, table, train } from "../../../src/runtime/index.js";
import { tiny, tinyTable } from "../experiment.js";

const { RATE, DELAY, TABLE, FAILS, DIES } = process.env;

/** Time to be stopped in: the rate is asked for once a step. */
function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** The first round of rates makes the key of the run; only the second one, in training, is slowed down. */
function slowed(): typeof tiny.schedule {
  const seen = new Set<number>();
  return (t) => {
    if (DELAY !== undefined && seen.has(t.step)) wait(Number(DELAY));
    seen.add(t.step);
    return RATE === undefined ? tiny.schedule(t) : Number(RATE);
  };
}

if (TABLE === undefined) {
  await train({ ...tiny, schedule: slowed() }, commandLine());
} else {
  const run: typeof tinyTable.run = (loss, backbone) => {
    const one = tinyTable.run(loss, backbone);
    if (DIES === loss.name && process.argv.includes("--cell")) {
      process.stderr.write("last words\n", () => process.kill(process.pid, "SIGKILL"));
      wait(1000);
    }
    return { ...one, schedule: FAILS === loss.name ? () => Number.NaN : slowed() };
  };
  await table({ ...tinyTable, run }, commandLine());
}
