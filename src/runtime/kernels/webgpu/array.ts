/** Constants, changes of shape, and products of matrices. */
import { at, numberOf, numbersOf, sizeOf } from "../shapes.js";
import { entrywise, inputSlot, literal, offset, outputSlot, type Planner, shapeOf, specials } from "./plan.js";
import { productPlan } from "./product.js";

export const constant: Planner = (_inputs, attributes, outputs) => ({
  scratch: [],
  dispatches: [
    entrywise(
      [{ slot: outputSlot(0), name: "result", written: true }],
      sizeOf(shapeOf(outputs)),
      `  result[i] = ${literal(numberOf(attributes, "value"))};`,
      specials,
    ),
  ],
});

export const transpose: Planner = (inputs, attributes, outputs) => {
  const from = shapeOf(inputs);
  const loops = numbersOf(attributes, "permutation").map((axis) => ({ size: at(from, axis), stride: sizeOf(from.slice(axis + 1)) }));
  const bindings = [
    { slot: inputSlot(0), name: "v" },
    { slot: outputSlot(0), name: "result", written: true },
  ];
  return { scratch: [], dispatches: [entrywise(bindings, sizeOf(shapeOf(outputs)), `  result[i] = v[${offset("i", loops)}];`)] };
};

export const matmul: Planner = (inputs, attributes, outputs) => {
  const [rows, columns] = [at(shapeOf(outputs), 0), at(shapeOf(outputs), 1)];
  const [transposeA, transposeB] = [attributes.transposeA === true, attributes.transposeB === true];
  const a = shapeOf(inputs, 0);
  const inner = at(a, transposeA ? 0 : 1);
  return productPlan({
    rows,
    columns,
    inner,
    bindings: [
      { slot: inputSlot(0), name: "a" },
      { slot: inputSlot(1), name: "b" },
    ],
    left: `  return a[${transposeA ? `k * ${rows}u + row` : `row * ${inner}u + k`}];`,
    leftRunsAlong: transposeA ? "row" : "k",
    right: `  return b[${transposeB ? `column * ${inner}u + k` : `k * ${columns}u + column`}];`,
    rightRunsAlong: transposeB ? "k" : "column",
    to: outputSlot(0),
    place: (row, column) => `${row} * ${columns}u + ${column}`,
  });
};
