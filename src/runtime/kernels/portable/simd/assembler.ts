/**
 * Just enough of WebAssembly's binary form (core specification 2.0, sections 5.4 and 5.5) for short vector loops over
 * the memory of the wasm backend. Code is a list of bytes; functions below make pieces of it.
 */

export type Code = readonly number[];

function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

const vector = (opcode: number, ...rest: readonly number[]): Code => [0xfd, ...unsigned(opcode), ...rest];

// ---------------------------------------------------------------- instructions

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const integer = (value: number): Code => [0x41, ...signed(value)];
export const plus = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const minus = (a: Code, b: Code): Code => [...a, ...b, 0x6b];
/** local += value */
export const increase = (local: number, value: Code): Code => set(local, plus(get(local), value));
export const lessThan = (a: Code, b: Code): Code => [...a, ...b, 0x49]; // unsigned

/** Runs `body`, and again as long as `condition` holds after it. */
export const repeatWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0x00, 0x0b];

/** Addresses are anything; alignment is only a hint, 4 bytes here. */
const memoryAt = (offset: number): Code => [0x02, ...unsigned(offset)];
export const load = (address: Code, offset = 0): Code => [...address, ...vector(0x00, ...memoryAt(offset))];
export const loadSplat = (address: Code, offset = 0): Code => [...address, ...vector(0x09, ...memoryAt(offset))];
export const store = (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...vector(0x0b, ...memoryAt(offset))];

/** Four times the same float32. */
export function constant4(value: number): Code {
  const lane = [...new Uint8Array(Float32Array.of(value).buffer)];
  return vector(0x0c, ...lane, ...lane, ...lane, ...lane);
}

const unary =
  (opcode: number) =>
  (a: Code): Code => [...a, ...vector(opcode)];
const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...vector(opcode)];

/** Four float32 at a time. Comparisons give masks: all bits of a lane or none. */
export const float4 = {
  floor: unary(0x68),
  abs: unary(0xe0),
  negate: unary(0xe1),
  sqrt: unary(0xe3),
  add: binary(0xe4),
  subtract: binary(0xe5),
  multiply: binary(0xe6),
  divide: binary(0xe7),
  minimum: binary(0xe8),
  maximum: binary(0xe9),
  equal: binary(0x41),
  notEqual: binary(0x42),
  less: binary(0x43),
  greater: binary(0x44),
  lessEqual: binary(0x45),
  greaterEqual: binary(0x46),
} as const;

/** Two float64 at a time. */
export const double2 = { add: binary(0xf0), multiply: binary(0xf2) } as const;

/** Lanes of `a` where the mask is set, else of `b`. */
export const choose = (mask: Code, a: Code, b: Code): Code => [...a, ...b, ...mask, ...vector(0x52)];
export const bitAnd = binary(0x4e);

/** The first two of four float32, as float64. */
export const lowDoubles = unary(0x5f);
/** The last two. */
export const highDoubles = (a: Code): Code =>
  lowDoubles([...a, ...a, ...vector(0x0d, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)]);

// ---------------------------------------------------------------- modules

const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, items: readonly Code[]): Code => {
  const body = list(items);
  return [id, ...unsigned(body.length), ...body];
};
const name = (text: string): Code => list([...text].map((letter) => [letter.charCodeAt(0)]));

const I32 = 0x7f;
const V128 = 0x7b;

/**
 * Compiles one function of 32-bit integers over `memory`. Locals: the parameters, then `integers` integers, then
 * `vectors` vectors.
 */
export function compile(
  memory: WebAssembly.Memory,
  parameters: number,
  locals: { readonly integers: number; readonly vectors: number },
  body: Code,
): (...args: readonly number[]) => void {
  const code = [
    ...list([
      [...unsigned(locals.integers), I32],
      [...unsigned(locals.vectors), V128],
    ]),
    ...body,
    0x0b,
  ];
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [[0x60, ...unsigned(parameters), ...new Array<number>(parameters).fill(I32), 0x00]]),
    ...section(2, [[...name("env"), ...name("memory"), 0x02, 0x00, 0x00]]),
    ...section(3, [[0x00]]),
    ...section(7, [[...name("run"), 0x00, 0x00]]),
    ...section(10, [[...unsigned(code.length), ...code]]),
  ]);
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;
  if (typeof run !== "function") throw new Error("A module without its function.");
  return (...args) => void run(...args);
}
