/** Programs that stand in for pip, npm and the compiler, and wheels to install from: each does only what a test needs. */
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Surroundings } from "../../src/cli/install/install.js";
import { fileOf, type Wheel } from "../../src/cli/install/wheels.js";

/** A folder of programs, as scripts of the shell; nothing else is found by name while it is the whole PATH. */
export function toolFolder(parent: string, scripts: Readonly<Record<string, string>>): string {
  const folder = join(parent, "bin");
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** Tools that answer when they are asked for their version, and do nothing more. */
export const idle = {
  "g++": 'echo "g++ (test) 12"',
  npm: "echo 10.0.0",
  tar: "echo tar",
  python3: 'echo "pip 23.2.1 from somewhere (python 3.11)"',
};

/** pip that answers, and ends so when it is to fetch. */
export function pip(fetching: string): string {
  return `case "$*" in *--version*) ${idle.python3};; *) ${fetching};; esac`;
}

/** npm that answers, and ends so when it is to fetch. */
export function npm(fetching: string): string {
  return `case "$*" in *--version*) ${idle.npm};; *) ${fetching};; esac`;
}

/** A zip file whose members are not compressed. */
export function zip(members: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(members)) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)];
    const local = header(0x04034b50, 30, path, content, offset);
    const central = header(0x02014b50, 46, path, content, offset);
    parts.push(local, path, content);
    directory.push(central, path);
    offset += local.length + path.length + content.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(members).length, 8);
  end.writeUInt16LE(Object.keys(members).length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** A member's header before its content (30 bytes) or in the directory at the end (46 bytes): the same fields, shifted. */
function header(signature: number, length: 30 | 46, path: Buffer, content: Buffer, offset: number): Buffer {
  const made = Buffer.alloc(length);
  const shift = length === 46 ? 2 : 0;
  made.writeUInt32LE(signature, 0);
  if (shift > 0) made.writeUInt16LE(20, 4);
  made.writeUInt16LE(20, 4 + shift);
  made.writeUInt32LE(crc32(content), 14 + shift);
  made.writeUInt32LE(content.length, 18 + shift);
  made.writeUInt32LE(content.length, 22 + shift);
  made.writeUInt16LE(path.length, 26 + shift);
  if (length === 46) made.writeUInt32LE(offset, 42);
  return made;
}

export interface SmallWheel {
  readonly wheel: Wheel;
  readonly content: Buffer;
}

/** A small wheel under the name of a large one; what is in it, and so its hash, differs from package to package. */
export function smallWheel(about: Pick<Wheel, "package" | "kind" | "machine">): SmallWheel {
  const content = zip({
    "tensorflow/libtensorflow_cc.so.2": `${about.package} ${about.kind} ${about.machine}`,
    "tensorflow/libtensorflow_framework.so.2": "",
    "tensorflow/include/tensorflow/c/c_api.h": "// nothing",
    "tensorflow/python/not-needed.py": "",
  });
  const sha256 = createHash("sha256").update(content).digest("hex");
  const platform = `manylinux_2_27_${about.machine}`;
  return { wheel: { version: "2.21.0", python: 11, platform, bytes: content.length, sha256, ...about }, content };
}

export function writeWheel(folder: string, { wheel, content }: SmallWheel, file = fileOf(wheel)): string {
  writeFileSync(join(folder, file), content);
  return join(folder, file);
}

/** Steps that say nothing. */
export const silent: Surroundings["steps"] = { step: async (_, work) => (await work(() => {})).value };
