/**
 * The safetensors format (huggingface/safetensors): eight bytes with the length of a JSON header, the header with
 * dtype, shape and place of each tensor, then the data, little-endian. A checksum of the data is kept in the metadata.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fail } from "../../diagnostics/diagnostic.js";
import { sizeOf } from "../kernels/shapes.js";
import { writeWhole } from "./files.js";

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

/** The bytes of a safetensors file; tensors in the order of the map. */
export function encode({ metadata, tensors }: Safetensors): Uint8Array {
  const header: [string, unknown][] = [];
  const hash = createHash("sha256");
  let offset = 0;
  for (const [name, tensor] of tensors) {
    header.push([name, { dtype: "F32", shape: tensor.shape, data_offsets: [offset, offset + tensor.data.byteLength] }]);
    hash.update(bytesOf(tensor.data));
    offset += tensor.data.byteLength;
  }
  const json = JSON.stringify({ __metadata__: { ...metadata, sha256: hash.digest("hex") }, ...Object.fromEntries(header) });
  // Padded with spaces so that the data begins at a multiple of eight, as the format asks.
  const head = new TextEncoder().encode(json);
  const length = Math.ceil(head.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(32, 8, 8 + length);
  bytes.set(head, 8);
  let at = 8 + length;
  for (const tensor of tensors.values()) {
    bytes.set(bytesOf(tensor.data), at);
    at += tensor.data.byteLength;
  }
  return bytes;
}

export function writeSafetensors(path: string, content: Safetensors): void {
  writeWhole(path, encode(content));
}

/** Reads a file that `writeSafetensors` wrote; anything else is the error `checkpoint-broken`, naming the file. */
export function readSafetensors(path: string): Safetensors {
  const broken = (why: string): never => fail("checkpoint-broken", { path }, { why });
  return decode(readFileSync(path), broken);
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function decode(bytes: Uint8Array, broken: (why: string) => never): Safetensors {
  if (bytes.length < 8) broken(`this file has ${bytes.length} bytes and ends before its header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - 8) broken(`this file ends within its header, after ${bytes.length} bytes`);
  const { __metadata__: metadata = {}, ...entries } = headerOf(bytes.subarray(8, 8 + length), broken);
  const data = bytes.subarray(8 + length);
  const tensors = new Map<string, NamedTensor>();
  const hash = createHash("sha256");
  let end = 0;
  for (const [name, entry] of inPlace(entries, broken)) {
    const [start, stop] = entry.data_offsets;
    if (stop > data.length) broken(`this file was cut: ${8 + length + stop} bytes were written and ${bytes.length} are there`);
    if (start !== end || stop - start !== 4 * sizeOf(entry.shape)) broken(`the place of "${name}" does not fit its shape`);
    end = stop;
    const copy = data.slice(start, stop);
    hash.update(copy);
    tensors.set(name, { shape: entry.shape, data: new Float32Array(copy.buffer, copy.byteOffset, (stop - start) / 4) });
  }
  if (end !== data.length) broken(`${data.length - end} bytes follow its last tensor`);
  const { sha256, ...rest } = strings(metadata);
  if (sha256 !== undefined && sha256 !== hash.digest("hex")) broken("its numbers do not fit their checksum");
  return { metadata: rest, tensors };
}

/** In the order of their data: that of the header's keys is not kept where a name looks like a number. */
function inPlace(entries: Readonly<Record<string, unknown>>, broken: (why: string) => never): [string, Entry][] {
  const found = Object.entries(entries).map(([name, entry]): [string, Entry] =>
    isEntry(entry) ? [name, entry] : broken(`its header does not describe "${name}" as float32 numbers`),
  );
  return found.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
}

function headerOf(bytes: Uint8Array, broken: (why: string) => never): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof header === "object" && header !== null && !Array.isArray(header)) return { ...header };
  } catch {
    // Said below, as for a header that is no object.
  }
  return broken("its header is not JSON");
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<Record<keyof Entry, unknown>>;
  const whole = (list: unknown) => Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  return dtype === "F32" && whole(shape) && whole(offsets) && Array.isArray(offsets) && offsets.length === 2;
}

function strings(value: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  if (typeof value === "object" && value !== null) {
    for (const [key, text] of Object.entries(value)) if (typeof text === "string") found[key] = text;
  }
  return found;
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
