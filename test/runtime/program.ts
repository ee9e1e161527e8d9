/** Runs a program of test/runtime/programs in a process of its own, as `npx tsx program.ts` does. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** With a channel, the program ends when this process lets go of it, as `facec run` has it. */
export function start(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, channel = false): Started {
  const program = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, ...args], {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe", ...(channel ? (["ipc"] as const) : [])],
  });
  let out = "";
  let err = "";
  child.stdout?.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stderr?.on("data", (data: Buffer) => {
    err += data.toString();
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (code, signal) => resolve({ code, signal, out, err })));
  return { child, ended };
}

export function runProgram(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return start(name, args, env).ended;
}
