/**
 * A process that waits to be measured: it says one line of JSON once it is warm, answers each line `N` by one line about
 * N steps, and ends with its input. While others are measured it must rest, which is looked at in /proc.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

export interface Ready {
  readonly parameters: number;
  /** Losses of the first steps, from the same weights and batches in every contestant. */
  readonly losses: readonly number[];
  readonly first_step_ms: number;
  readonly library: string;
  readonly threads: number;
}

export interface Turn {
  readonly milliseconds: readonly number[];
  readonly losses: readonly number[];
  /** Most memory that the process ever held, in MiB. */
  readonly peak_mib: number;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const living = new Set<ChildProcessWithoutNullStreams>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(1));

/** Everything that is still running ends; for when a row fails. */
export function endAll(): void {
  for (const child of living) child.kill("SIGKILL");
}

export class Measured {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private said = "";

  constructor(
    private readonly name: string,
    { command, args, env = {} }: Command,
  ) {
    this.child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    living.add(this.child);
    this.child.on("close", () => living.delete(this.child));
    this.child.on("error", (error) => {
      this.said += error.message;
    });
    this.child.stdin.on("error", () => {}); // a process that died says why by its last words
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.said = (this.said + text).slice(-4000);
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Warm: everything that only a first step pays for is paid. */
  async ready(): Promise<Ready> {
    const ready: Ready = JSON.parse(await this.line());
    return ready;
  }

  async run(steps: number): Promise<Turn> {
    this.child.stdin.write(`${steps}\n`);
    const turn: Turn = JSON.parse(await this.line());
    return turn;
  }

  /** Seconds of processor that it has used so far; Linux alone tells, elsewhere 0. */
  used(): number {
    try {
      const text = readFileSync(`/proc/${this.child.pid}/stat`, "utf8");
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) / 100; // user and system time in hundredths of a second
    } catch {
      return 0;
    }
  }

  async end(): Promise<void> {
    const closed = new Promise((done) => this.child.once("close", done));
    if (!living.has(this.child)) return;
    this.child.stdin.end();
    await closed;
  }

  /** The next line of JSON; libraries that talk on standard output are passed over. */
  private async line(): Promise<string> {
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done === true) throw new Error(`${this.name} ended without an answer:\n${this.said}`);
      if (value.startsWith("{")) return value;
    }
  }
}
