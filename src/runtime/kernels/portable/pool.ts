/** Pools over maps [B, h, w, c]. */
import type { Attributes } from "../../step/step.js";
import { at, numbersOf } from "../shapes.js";
import { type Implementation, operand, type Shape, shapeOf } from "./memory.js";

/** Visits every window: where its output starts, and the part of the map that it covers. */
function eachWindow(
  map: Shape,
  result: Shape,
  attributes: Attributes,
  visit: (to: number, image: number, top: number, bottom: number, left: number, right: number) => void,
): void {
  const size = numbersOf(attributes, "size");
  const stride = numbersOf(attributes, "stride");
  const padding = numbersOf(attributes, "padding");
  const [height, width, channels] = [at(map, 1), at(map, 2), at(map, 3)];
  const [rows, columns] = [at(result, 1), at(result, 2)];
  let to = 0;
  for (let image = 0; image < at(map, 0); image++) {
    for (let i = 0; i < rows; i++) {
      const y = i * at(stride, 0) - at(padding, 0);
      for (let j = 0; j < columns; j++) {
        const x = j * at(stride, 1) - at(padding, 2);
        visit(
          to,
          image * height * width * channels,
          Math.max(0, y),
          Math.min(height, y + at(size, 0)),
          Math.max(0, x),
          Math.min(width, x + at(size, 1)),
        );
        to += channels;
      }
    }
  }
}

export const maxPool: Implementation = (memory, inputs, attributes, outputs) => {
  const source = operand(inputs, 0);
  const made = [memory.make(shapeOf(outputs)), memory.make(shapeOf(outputs), "int32")];
  const x = memory.floats(source);
  const y = memory.floats(operand(made, 0));
  const index = memory.integers(operand(made, 1));
  const channels = at(source.shape, 3);
  const row = at(source.shape, 2) * channels;
  eachWindow(source.shape, shapeOf(outputs), attributes, (to, image, top, bottom, left, right) => {
    for (let c = 0; c < channels; c++) {
      let place = image + top * row + left * channels + c;
      let best = x[place] as number;
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < right; j++) {
          const from = image + i * row + j * channels + c;
          const v = x[from] as number;
          if (v > best || (Number.isNaN(v) && !Number.isNaN(best))) {
            best = v;
            place = from;
          }
        }
      }
      y[to + c] = best;
      index[to + c] = place;
    }
  });
  return made;
};

export const maxPoolGradient: Implementation = (memory, inputs, _attributes, outputs) => {
  const made = memory.make(shapeOf(outputs));
  const dy = memory.floats(operand(inputs, 0));
  const index = memory.integers(operand(inputs, 1));
  const dx = memory.floats(made).fill(0);
  for (let i = 0; i < dy.length; i++) {
    const to = index[i] as number;
    dx[to] = (dx[to] as number) + (dy[i] as number);
  }
  return [made];
};

export const avgPool: Implementation = (memory, inputs, attributes, outputs) => {
  const source = operand(inputs, 0);
  const made = memory.make(shapeOf(outputs));
  const x = memory.floats(source);
  const y = memory.floats(made);
  const channels = at(source.shape, 3);
  const row = at(source.shape, 2) * channels;
  eachWindow(source.shape, made.shape, attributes, (to, image, top, bottom, left, right) => {
    const count = (bottom - top) * (right - left);
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) sum += x[image + i * row + j * channels + c] as number;
      y[to + c] = sum / count;
    }
  });
  return [made];
};

export const avgPoolGradient: Implementation = (memory, inputs, attributes, outputs) => {
  const source = operand(inputs, 0);
  const made = memory.make(shapeOf(outputs));
  const dy = memory.floats(source);
  const dx = memory.floats(made).fill(0);
  const channels = at(made.shape, 3);
  const row = at(made.shape, 2) * channels;
  eachWindow(made.shape, source.shape, attributes, (from, image, top, bottom, left, right) => {
    const count = (bottom - top) * (right - left);
    for (let c = 0; c < channels; c++) {
      const share = (dy[from + c] as number) / count;
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < right; j++) {
          const to = image + i * row + j * channels + c;
          dx[to] = (dx[to] as number) + share;
        }
      }
    }
  });
  return [made];
};
