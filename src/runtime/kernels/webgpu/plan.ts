/**
 * A kernel on WebGPU is a plan, made once from shapes and attributes: WGSL programs and the buffers that each binds. Plans
 * are data; only `device.ts` touches the GPU.
 */
import type { Attributes, DType, ValueInfo } from "../../step/step.js";

/** A buffer of one run of a kernel: one of its operands, of its results, or one that lives for that run only. */
export interface Slot {
  readonly of: "input" | "output" | "scratch";
  readonly index: number;
}

export interface Dispatch {
  readonly code: string;
  /** By number of binding. */
  readonly bindings: readonly Slot[];
  readonly groups: number;
}

export interface Plan {
  /** Entries of each scratch buffer; 4 bytes an entry. */
  readonly scratch: readonly number[];
  readonly dispatches: readonly Dispatch[];
}

/** Makes the plan of a kernel. `most`: storage buffers that one program may bind. */
export type Planner = (inputs: readonly ValueInfo[], attributes: Attributes, outputs: readonly ValueInfo[], most: number) => Plan;

export const inputSlot = (index: number): Slot => ({ of: "input", index });
export const outputSlot = (index: number): Slot => ({ of: "output", index });
export const scratchSlot = (index: number): Slot => ({ of: "scratch", index });

/** Operand or result `index`, which is there for certain. */
export function infoOf(list: readonly ValueInfo[], index: number): ValueInfo {
  const found = list[index];
  if (found === undefined) throw new Error(`There is no value ${index}.`);
  return found;
}

export function shapeOf(list: readonly ValueInfo[], index = 0): readonly number[] {
  return infoOf(list, index).shape;
}

/** What a buffer is called inside a program, and what its entries are. */
export interface Binding {
  readonly slot: Slot;
  readonly name: string;
  readonly dtype?: DType;
  readonly written?: boolean;
}

/** Workgroups along x at most; the rest goes along y. A limit that every adapter has. */
export const groupsAcross = 65535;

/**
 * A program: its bindings, what stands outside `main`, and the body of `main`, which knows `group` (the number of its
 * workgroup) and `lane` (its own number within it). Bindings that it does not read are left out.
 */
export function program(offered: readonly Binding[], threads: number, groups: number, body: string, outside = ""): Dispatch {
  const bindings = offered.filter(({ name }) => new RegExp(`\\b${name}\\[`).test(outside + body));
  const declared = bindings.map(({ name, dtype = "float32", written = false }, i) => {
    const entry = dtype === "int32" ? "i32" : "f32";
    return `@group(0) @binding(${i}) var<storage, ${written ? "read_write" : "read"}> ${name}: array<${entry}>;`;
  });
  const number = groups > groupsAcross ? `place.y * ${groupsAcross}u + place.x` : "place.x";
  const guard = groups > groupsAcross ? `\n  if (group >= ${groups}u) { return; }` : "";
  const code = `${declared.join("\n")}
${outside}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let group = ${number};${guard}
${body}
}
`;
  return { code, bindings: bindings.map((binding) => binding.slot), groups };
}

/** A program whose threads make one entry each; `body` knows `i`, the number of the entry. */
export function entrywise(bindings: readonly Binding[], count: number, body: string, outside = ""): Dispatch {
  const threads = 256;
  const start = `  let i = group * ${threads}u + lane;\n  if (i >= ${count}u) { return; }\n`;
  return program(bindings, threads, Math.ceil(count / threads), start + body, outside);
}

export interface Loop {
  readonly size: number;
  /** How far one step along it moves. */
  readonly stride: number;
}

/** WGSL of where the entry of number `linear` lies, counted row by row through `loops`. */
export function offset(linear: string, loops: readonly Loop[]): string {
  const parts: string[] = [];
  let below = 1;
  [...loops].reverse().forEach(({ size, stride }, from) => {
    const isOutermost = from === loops.length - 1;
    const over = below === 1 ? linear : `${linear} / ${below}u`;
    const place = isOutermost ? over : `${over} % ${size}u`;
    if (stride !== 0 && size !== 1) parts.push(stride === 1 ? `(${place})` : `(${place}) * ${stride}u`);
    below *= size;
  });
  return parts.length === 0 ? "0u" : parts.reverse().join(" + ");
}

/** A number as WGSL. What is no finite float32 is made at run time: WGSL takes no such constant. */
export function literal(value: number): string {
  const rounded = Math.fround(value);
  if (Number.isNaN(rounded)) return "bitcast<f32>(nan_bits)";
  if (rounded === Number.POSITIVE_INFINITY) return "bitcast<f32>(infinity_bits)";
  if (rounded === Number.NEGATIVE_INFINITY) return "(-bitcast<f32>(infinity_bits))";
  if (Object.is(rounded, -0)) return "bitcast<f32>(0x80000000u)";
  return rounded < 0 ? `(${rounded}f)` : `${rounded}f`;
}

/** Needed wherever `literal` may meet what is not finite. */
export const specials = `var<private> nan_bits: u32 = 0x7fc00000u;
var<private> infinity_bits: u32 = 0x7f800000u;
fn is_nan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }
fn largest(a: f32, b: f32) -> f32 { return select(select(b, a, a > b || is_nan(a)), b, is_nan(b)); }
`;
