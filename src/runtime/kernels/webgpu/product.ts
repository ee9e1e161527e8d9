/**
 * Products of matrices by tiles, whatever the matrices are: functions that give their entries, as WGSL. A convolution and
 * its gradients are products whose left side is read straight from the map. A workgroup makes one tile of the result; each
 * thread 4 x 4 entries of it; the inner dimension goes through workgroup memory 16 at a time. Where there are few tiles
 * and the inner dimension is long, it is cut into pieces, which a second program adds.
 */
import { type Binding, type Dispatch, type Plan, program, type Slot, scratchSlot } from "./plan.js";
import { reductionPlan, summed } from "./reduce.js";

export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly bindings: readonly Binding[];
  /** Body of a function of (row, k). */
  readonly left: string;
  /** Body of a function of (k, column). */
  readonly right: string;
  /** Along which the entries of each lie side by side in memory. */
  readonly leftRunsAlong: "row" | "k";
  readonly rightRunsAlong: "k" | "column";
  readonly to: Slot;
  /** WGSL of where an entry goes in the result. */
  readonly place: (row: string, column: string) => string;
}

const deep = 16;
/** Tiles that keep a GPU busy. */
const enoughTiles = 128;
/** A piece of the inner dimension is not shorter. */
const shortest = 128;

const tileSide = (size: number): number => (size > 32 ? 64 : size > 16 ? 32 : 16);

export function productPlan(product: Product): Plan {
  const [high, wide] = [tileSide(product.rows), tileSide(product.columns)];
  const tiles = Math.ceil(product.rows / high) * Math.ceil(product.columns / wide);
  const pieces = Math.max(1, Math.min(Math.ceil(enoughTiles / tiles), Math.floor(product.inner / shortest)));
  if (pieces === 1) return { scratch: [], dispatches: [tiled(product, high, wide, 1)] };
  const size = product.rows * product.columns;
  const parts: Product = {
    ...product,
    to: scratchSlot(0),
    place: (row, column) => `piece * ${size}u + ${row} * ${product.columns}u + ${column}`,
  };
  const added = reductionPlan({
    kept: [{ size, stride: 1 }],
    gone: [{ size: pieces, stride: size }],
    bindings: [{ slot: scratchSlot(0), name: "part" }],
    results: [summed("part[at]", product.to)],
    place: product.place(`(o / ${product.columns}u)`, `(o % ${product.columns}u)`),
  });
  if (added.scratch.length > 0) throw new Error("The parts of a product are added in one go.");
  return { scratch: [pieces * size], dispatches: [tiled(parts, high, wide, pieces), ...added.dispatches] };
}

/** Fills a tile: neighbouring threads read neighbouring entries. */
function fill(name: "left" | "right", side: number, threads: number, runsAlong: "row" | "k" | "column"): string {
  const [place, k] = runsAlong === "k" ? [`e / ${deep}u`, `e % ${deep}u`] : [`e % ${side}u`, `e / ${side}u`];
  const [start, end, call] =
    name === "left" ? ["top", "high", "left_at(top + p, begin + k)"] : ["first", "wide", "right_at(begin + k, first + p)"];
  return `    for (var e = lane; e < ${side * deep}u; e = e + ${threads}u) {
      let p = ${place};
      let k = ${k};
      var entry = 0.0f;
      if (${start} + p < ${end}_end && begin + k < stop) { entry = ${call}; }
      ${name}_tile[k * ${side}u + p] = entry;
    }`;
}

function tiled(product: Product, high: number, wide: number, pieces: number): Dispatch {
  const { rows, columns, inner, bindings, left, right, to, place } = product;
  const threads = (high / 4) * (wide / 4);
  const across = Math.ceil(columns / wide);
  const tiles = Math.ceil(rows / high) * across;
  const piece = Math.ceil(inner / pieces / deep) * deep;
  const each = [0, 1, 2, 3];
  const declared = `fn left_at(row: u32, k: u32) -> f32 {
${left}
}
fn right_at(k: u32, column: u32) -> f32 {
${right}
}
const high_end = ${rows}u;
const wide_end = ${columns}u;
var<workgroup> left_tile: array<f32, ${high * deep}>;
var<workgroup> right_tile: array<f32, ${wide * deep}>;`;
  const body = `  let piece = group / ${tiles}u;
  let tile = group % ${tiles}u;
  let top = (tile / ${across}u) * ${high}u;
  let first = (tile % ${across}u) * ${wide}u;
  let x = (lane % ${wide / 4}u) * 4u;
  let y = (lane / ${wide / 4}u) * 4u;
  let stop = min(piece * ${piece}u + ${piece}u, ${inner}u);
${each.map((r) => `  var sum${r} = vec4<f32>();`).join("\n")}
  for (var begin = piece * ${piece}u; begin < stop; begin = begin + ${deep}u) {
${fill("left", high, threads, product.leftRunsAlong)}
${fill("right", wide, threads, product.rightRunsAlong)}
    workgroupBarrier();
    for (var k = 0u; k < ${deep}u; k = k + 1u) {
      let a = k * ${high}u + y;
      let b = k * ${wide}u + x;
      let r = vec4<f32>(right_tile[b], right_tile[b + 1u], right_tile[b + 2u], right_tile[b + 3u]);
${each.map((r) => `      sum${r} = sum${r} + left_tile[a + ${r}u] * r;`).join("\n")}
    }
    workgroupBarrier();
  }
  var sums = array<vec4<f32>, 4>(${each.map((r) => `sum${r}`).join(", ")});
  for (var e = 0u; e < 16u; e = e + 1u) {
    let row = top + y + e / 4u;
    let column = first + x + e % 4u;
    if (row < ${rows}u && column < ${columns}u) { result[${place("row", "column")}] = sums[e / 4u][e % 4u]; }
  }`;
  return program([...bindings, { slot: to, name: "result", written: true }], threads, tiles * pieces, body, declared);
}
