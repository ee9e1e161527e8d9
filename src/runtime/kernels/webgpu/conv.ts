/** Convolution and its gradients as products of matrices whose map side is read in place: nothing is unfolded. */
import type { Attributes } from "../../step/step.js";
import { at, numbersOf, sizeOf } from "../shapes.js";
import { entrywise, inputSlot, outputSlot, type Plan, type Planner, shapeOf } from "./plan.js";
import { productPlan } from "./product.js";

interface Geometry {
  readonly down: number;
  readonly across: number;
  readonly top: number;
  readonly left: number;
}

function geometryOf(attributes: Attributes): Geometry {
  const stride = numbersOf(attributes, "stride");
  const padding = numbersOf(attributes, "padding");
  return { down: at(stride, 0), across: at(stride, 1), top: at(padding, 0), left: at(padding, 2) };
}

/** WGSL: y, x = the place of the map under tap (ky, kx) of the window at (i, j); what lies outside is 0. */
function underTap(map: readonly number[], { down, across, top, left }: Geometry): string {
  const [height, width, channels] = [at(map, 1), at(map, 2), at(map, 3)];
  return `  let y = i32(i * ${down}u + ky) - ${top};
  let x = i32(j * ${across}u + kx) - ${left};
  if (y < 0 || y >= ${height} || x < 0 || x >= ${width}) { return 0.0f; }
  return map[((b * ${height}u + u32(y)) * ${width}u + u32(x)) * ${channels}u + c];`;
}

/** WGSL: b, i, j of a window by its number; ky, kx, c of a filter's entry by its. */
const window = (number: string, rows: number, columns: number): string =>
  `  let b = ${number} / ${rows * columns}u;
  let i = ${number} / ${columns}u % ${rows}u;
  let j = ${number} % ${columns}u;`;
const tap = (number: string, width: number, channels: number): string =>
  `  let ky = ${number} / ${width * channels}u;
  let kx = ${number} / ${channels}u % ${width}u;
  let c = ${number} % ${channels}u;`;

export const conv: Planner = (inputs, attributes, outputs) => {
  const [map, filter, result] = [shapeOf(inputs, 0), shapeOf(inputs, 1), shapeOf(outputs)];
  const filters = at(filter, 3);
  return productPlan({
    rows: sizeOf(result) / filters,
    columns: filters,
    inner: sizeOf(filter) / filters,
    bindings: [
      { slot: inputSlot(0), name: "map" },
      { slot: inputSlot(1), name: "filters" },
    ],
    left: [window("row", at(result, 1), at(result, 2)), tap("k", at(filter, 1), at(filter, 2)), underTap(map, geometryOf(attributes))].join(
      "\n",
    ),
    leftRunsAlong: "k",
    right: `  return filters[k * ${filters}u + column];`,
    rightRunsAlong: "column",
    to: outputSlot(0),
    place: (row, column) => `${row} * ${filters}u + ${column}`,
  });
};

/** A row for each entry of the filter without its last axis, inner dimension: all windows. */
export const convFilterGradient: Planner = (inputs, attributes, outputs) => {
  const [map, dy, filter] = [shapeOf(inputs, 0), shapeOf(inputs, 1), shapeOf(outputs)];
  const filters = at(filter, 3);
  return productPlan({
    rows: sizeOf(filter) / filters,
    columns: filters,
    inner: sizeOf(dy) / filters,
    bindings: [
      { slot: inputSlot(0), name: "map" },
      { slot: inputSlot(1), name: "dy" },
    ],
    left: [tap("row", at(filter, 1), at(filter, 2)), window("k", at(dy, 1), at(dy, 2)), underTap(map, geometryOf(attributes))].join("\n"),
    leftRunsAlong: "row",
    right: `  return dy[k * ${filters}u + column];`,
    rightRunsAlong: "column",
    to: outputSlot(0),
    place: (row, column) => `${row} * ${filters}u + ${column}`,
  });
};

/** Along one side: a phase of the stride, the places of the map that belong to it, and the taps that reach them. */
interface Phase {
  readonly first: number; // of the map's places
  readonly places: number;
  readonly tap: number; // the first of the window's taps
  readonly taps: number;
  /** Window of the first place under the first tap; each further tap is one window before. */
  readonly window: number;
}

function phasesOf(size: number, taps: number, stride: number, before: number): readonly Phase[] {
  const phases: Phase[] = [];
  for (let first = 0; first < Math.min(stride, size); first++) {
    const reach = (first + before) % stride;
    phases.push({
      first,
      places: Math.ceil((size - first) / stride),
      tap: reach,
      taps: reach < taps ? Math.ceil((taps - reach) / stride) : 0,
      window: (first + before - reach) / stride,
    });
  }
  return phases;
}

/** For each phase of the stride a product of dy with the taps of that phase: no product by the zeros between windows. */
export const convInputGradient: Planner = (inputs, attributes, outputs) => {
  const [dy, filter, map] = [shapeOf(inputs, 0), shapeOf(inputs, 1), shapeOf(outputs)];
  const geometry = geometryOf(attributes);
  const plans: Plan[] = [];
  for (const vertical of phasesOf(at(map, 1), at(filter, 0), geometry.down, geometry.top)) {
    for (const horizontal of phasesOf(at(map, 2), at(filter, 1), geometry.across, geometry.left)) {
      plans.push(phasePlan(vertical, horizontal, { dy, filter, map, ...geometry }));
    }
  }
  // Phases come one after another, so that they may share their scratch.
  const most = Math.max(0, ...plans.map((plan) => plan.scratch[0] ?? 0));
  return { scratch: most === 0 ? [] : [most], dispatches: plans.flatMap((plan) => plan.dispatches) };
};

interface Shapes extends Geometry {
  readonly dy: readonly number[];
  readonly filter: readonly number[];
  readonly map: readonly number[];
}

function phasePlan(vertical: Phase, horizontal: Phase, { dy, filter, map, down, across }: Shapes): Plan {
  const [height, width, channels] = [at(map, 1), at(map, 2), at(map, 3)];
  const filters = at(filter, 3);
  const rows = at(map, 0) * vertical.places * horizontal.places;
  /** Where a place of the phase lies in the map. */
  const lies = (row: string): string =>
    `((${row} / ${vertical.places * horizontal.places}u * ${height}u + ${row} / ${horizontal.places}u % ${vertical.places}u * ${down}u + ${vertical.first}u) * ${width}u + ${row} % ${horizontal.places}u * ${across}u + ${horizontal.first}u) * ${channels}u`;
  const inner = vertical.taps * horizontal.taps * filters;
  if (inner === 0) {
    const zero = `  let row = i / ${channels}u;\n  result[${lies("row")} + i % ${channels}u] = 0.0f;`;
    return { scratch: [], dispatches: [entrywise([{ slot: outputSlot(0), name: "result", written: true }], rows * channels, zero)] };
  }
  return productPlan({
    rows,
    columns: channels,
    inner,
    bindings: [
      { slot: inputSlot(0), name: "dy" },
      { slot: inputSlot(1), name: "filters" },
    ],
    left: `${window("row", vertical.places, horizontal.places)}
${tap("k", horizontal.taps, filters)}
  let y = i32(i + ${vertical.window}u) - i32(ky);
  let x = i32(j + ${horizontal.window}u) - i32(kx);
  if (y < 0 || y >= ${at(dy, 1)} || x < 0 || x >= ${at(dy, 2)}) { return 0.0f; }
  return dy[((b * ${at(dy, 1)}u + u32(y)) * ${at(dy, 2)}u + u32(x)) * ${filters}u + c];`,
    leftRunsAlong: "k",
    right: `${tap("k", horizontal.taps, filters)}
  return filters[(((ky * ${down}u + ${vertical.tap}u) * ${at(filter, 1)}u + kx * ${across}u + ${horizontal.tap}u) * ${channels}u + column) * ${filters}u + c];`,
    rightRunsAlong: "k",
    to: outputSlot(0),
    place: (row, column) => `${lies(row)} + ${column}`,
  });
}
