/** Kernels of networks, on maps [B, h, w, c]. stride is [down, across], padding [top, bottom, left, right]. */
import type { Attributes, DType, ValueInfo } from "../step/step.js";
import { needDy, needInput, record, record1 } from "./gradient.js";
import type { Kernel } from "./kernel.js";
import { at, commonType, numbersOf, typeOf, windows } from "./shapes.js";

function one(shape: readonly number[], dtype: DType): readonly ValueInfo[] {
  return [{ shape, dtype }];
}

function shapeOf(inputs: readonly ValueInfo[], index: number): readonly number[] {
  const found = inputs[index];
  if (found === undefined) throw new Error(`There is no operand ${index}.`);
  return found.shape;
}

/** Height and width after windows of `size` were moved over a map. */
function moved(map: readonly number[], size: readonly number[], attributes: Attributes): readonly [number, number] {
  const stride = numbersOf(attributes, "stride");
  const padding = numbersOf(attributes, "padding");
  return [
    windows(at(map, 1), at(size, 0), at(stride, 0), at(padding, 0), at(padding, 1)),
    windows(at(map, 2), at(size, 1), at(stride, 1), at(padding, 2), at(padding, 3)),
  ];
}

function geometry(attributes: Attributes): Attributes {
  return { stride: numbersOf(attributes, "stride"), padding: numbersOf(attributes, "padding") };
}

const conv: Kernel = {
  name: "conv",
  doc: "conv(x [B, h, w, c], filter [kh, kw, c, f]) {stride, padding} -> [B, h', w', f]: correlation, zeros outside the map.",
  outputs: (inputs, attributes) => {
    const [x, filter] = [shapeOf(inputs, 0), shapeOf(inputs, 1)];
    if (at(x, 3) !== at(filter, 2)) throw new Error(`conv of [${x}] by [${filter}].`);
    const [height, width] = moved(x, filter, attributes);
    return one([at(x, 0), height, width, at(filter, 3)], commonType("conv", inputs, 0, 1));
  },
  gradient: (recorder, inputs, _outputs, dys, attributes) => {
    const [x, filter, dy] = [needInput(inputs, 0), needInput(inputs, 1), needDy(dys)];
    return [
      record1(recorder, "convInputGradient", [dy, filter], { ...geometry(attributes), shape: x.shape }),
      record1(recorder, "convFilterGradient", [x, dy], { ...geometry(attributes), shape: filter.shape }),
    ];
  },
};

const convInputGradient: Kernel = {
  name: "convInputGradient",
  doc: "convInputGradient(dy [B, h', w', f], filter) {stride, padding, shape} -> shape: gradient of conv by x, whose shape is given.",
  outputs: (inputs, attributes) => one(numbersOf(attributes, "shape"), commonType("convInputGradient", inputs, 0, 1)),
  gradient: (recorder, inputs, _outputs, dys, attributes) => {
    const [dy, filter, d] = [needInput(inputs, 0), needInput(inputs, 1), needDy(dys)];
    return [
      record1(recorder, "conv", [d, filter], geometry(attributes)),
      record1(recorder, "convFilterGradient", [d, dy], { ...geometry(attributes), shape: filter.shape }),
    ];
  },
};

const convFilterGradient: Kernel = {
  name: "convFilterGradient",
  doc: "convFilterGradient(x, dy [B, h', w', f]) {stride, padding, shape} -> shape: gradient of conv by the filter, whose shape is given.",
  outputs: (inputs, attributes) => one(numbersOf(attributes, "shape"), commonType("convFilterGradient", inputs, 0, 1)),
  gradient: (recorder, inputs, _outputs, dys, attributes) => {
    const [x, dy, d] = [needInput(inputs, 0), needInput(inputs, 1), needDy(dys)];
    return [
      record1(recorder, "convInputGradient", [dy, d], { ...geometry(attributes), shape: x.shape }),
      record1(recorder, "conv", [x, d], geometry(attributes)),
    ];
  },
};

/** One float32 number a channel, as operand `index`. */
function statistics(inputs: readonly ValueInfo[], index: number): readonly ValueInfo[] {
  if (typeOf(inputs, index) !== "float32") throw new Error(`Statistics of ${typeOf(inputs, index)}.`);
  return one(shapeOf(inputs, index), "float32");
}

const batchNorm: Kernel = {
  name: "batchNorm",
  doc: "batchNorm(x [..., c], scale [c], offset [c]) {epsilon} -> y, mean [c], variance [c]: each channel to mean 0 and deviation 1 over all else, then scaled and moved. The variance is the biased one. Only y is differentiated. y has the type of x; everything else is float32.",
  outputs: (inputs) => {
    const [x, scale] = [shapeOf(inputs, 0), shapeOf(inputs, 1)];
    if (scale.length !== 1 || at(scale, 0) !== x.at(-1)) throw new Error(`batchNorm of [${x}] with scales [${scale}].`);
    return [{ shape: x, dtype: typeOf(inputs, 0) }, ...statistics(inputs, 1), ...statistics(inputs, 2)];
  },
  gradient: (recorder, inputs, outputs, dys, attributes) => {
    const [x, scale, mean, variance] = [needInput(inputs, 0), needInput(inputs, 1), needInput(outputs, 1), needInput(outputs, 2)];
    return record(recorder, "batchNormGradient", [needDy(dys), x, scale, mean, variance], attributes);
  },
};

const batchNormGradient: Kernel = {
  name: "batchNormGradient",
  doc: "batchNormGradient(dy, x, scale, mean, variance) {epsilon} -> dx, dscale [c], doffset [c]: gradients of batchNorm's three operands by dy of its y. dy and dx have the type of x; everything else is float32.",
  outputs: (inputs) => [
    { shape: shapeOf(inputs, 1), dtype: commonType("batchNormGradient", inputs, 0, 1) },
    ...statistics(inputs, 2),
    ...statistics(inputs, 2),
  ],
  gradient: null,
};

const maxPool: Kernel = {
  name: "maxPool",
  doc: "maxPool(x) {size, stride, padding} -> y [B, h', w', c], index (int32, of y's shape): the largest inside each window and the place in the flat x of its first occurrence, row by row. Padding never wins.",
  outputs: (inputs, attributes) => {
    const x = shapeOf(inputs, 0);
    const [height, width] = moved(x, numbersOf(attributes, "size"), attributes);
    const shape = [at(x, 0), height, width, at(x, 3)];
    return [
      { shape, dtype: typeOf(inputs, 0) },
      { shape, dtype: "int32" },
    ];
  },
  gradient: (recorder, inputs, outputs, dys) => [
    record1(recorder, "maxPoolGradient", [needDy(dys), needInput(outputs, 1)], { shape: needInput(inputs, 0).shape }),
  ],
};

const maxPoolGradient: Kernel = {
  name: "maxPoolGradient",
  doc: "maxPoolGradient(dy, index) {shape} -> shape: each entry of dy added at its index.",
  outputs: (inputs, attributes) => one(numbersOf(attributes, "shape"), typeOf(inputs, 0)),
  gradient: null,
};

const avgPool: Kernel = {
  name: "avgPool",
  doc: "avgPool(x) {size, stride, padding} -> [B, h', w', c]: mean of the entries of each window that lie inside the map.",
  outputs: (inputs, attributes) => {
    const x = shapeOf(inputs, 0);
    const [height, width] = moved(x, numbersOf(attributes, "size"), attributes);
    return one([at(x, 0), height, width, at(x, 3)], typeOf(inputs, 0));
  },
  gradient: (recorder, inputs, _outputs, dys, attributes) => [
    record1(recorder, "avgPoolGradient", [needDy(dys)], {
      ...geometry(attributes),
      size: numbersOf(attributes, "size"),
      shape: needInput(inputs, 0).shape,
    }),
  ],
};

const avgPoolGradient: Kernel = {
  name: "avgPoolGradient",
  doc: "avgPoolGradient(dy) {size, stride, padding, shape} -> shape: each entry of dy spread evenly over its window inside the map.",
  outputs: (inputs, attributes) => one(numbersOf(attributes, "shape"), typeOf(inputs, 0)),
  gradient: (recorder, _inputs, _outputs, dys, attributes) => [
    record1(recorder, "avgPool", [needDy(dys)], { ...geometry(attributes), size: numbersOf(attributes, "size") }),
  ],
};

const dropoutMask: Kernel = {
  name: "dropoutMask",
  doc: "dropoutMask(key int32 [2]: seed, step) {rate, stream, shape} -> shape: 0 with probability rate, else 1 / (1 - rate); the same entries on every backend.",
  outputs: (_inputs, attributes) => one(numbersOf(attributes, "shape"), "float32"),
  gradient: null,
};

export const mapKernels: readonly Kernel[] = [
  conv,
  convInputGradient,
  convFilterGradient,
  batchNorm,
  batchNormGradient,
  maxPool,
  maxPoolGradient,
  avgPool,
  avgPoolGradient,
  dropoutMask,
];
