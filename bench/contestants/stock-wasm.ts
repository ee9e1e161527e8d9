/**
 * The net of bench/specs/ir18.face as one would write it with tfjs-backend-wasm as it comes: TensorFlow.js's own operations
 * under `variableGrads`, its own optimiser. The one kernel that the backend lacks, the gradient of a convolution by its
 * filter, is registered in the plain way: for each place of the window a slice of the padded images and a product.
 * `node stock-wasm.mjs TASK.json`
 */
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { BackendWasm, getThreadsCount, setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { type Batch, readFloats, readTask, serve } from "./serve.js";
import type { Task } from "./task.js";

/** A product with a transposed factor is slow in this backend; "before" transposes first. */
interface StockTask extends Task {
  readonly transposed: "by flag" | "before";
}

const epsilon = 1e-5;
const keep = 0.9;

function asTensor(info: tf.TensorInfo | undefined): tf.Tensor4D {
  if (!(info instanceof tf.Tensor)) throw new Error("A kernel was given no tensor.");
  return tf.reshape(info, [info.shape[0] ?? 1, info.shape[1] ?? 1, info.shape[2] ?? 1, info.shape[3] ?? 1]);
}

function asVector(tensor: tf.Tensor): tf.Tensor1D {
  return tf.reshape(tensor, [tensor.size]);
}

function registerFilterGradient(transposed: StockTask["transposed"]): void {
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs = {} }) => {
      const { strides, pad, filterShape } = attrs;
      if (!Array.isArray(filterShape) || typeof pad !== "number") throw new Error("The gradient is for symmetric padding.");
      const stride = Number(Array.isArray(strides) ? strides[0] : strides);
      return tf.tidy(() => filterGradient(asTensor(inputs.x), asTensor(inputs.dy), filterShape.map(Number), stride, pad, transposed));
    },
  });
}

function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  shape: readonly number[],
  stride: number,
  pad: number,
  transposed: StockTask["transposed"],
): tf.Tensor {
  const [rows = 1, columns = 1, channels = 1, filters = 1] = shape;
  const [images, height, width] = dy.shape;
  const padded = tf.pad4d(x, [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);
  const count = images * height * width;
  const right = tf.reshape(dy, [count, filters]);
  const places: tf.Tensor[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const end = [images, row + (height - 1) * stride + 1, column + (width - 1) * stride + 1, channels];
      const seen = tf.stridedSlice(padded, [0, row, column, 0], end, [1, stride, stride, 1]);
      const left = tf.reshape(seen, [count, channels]);
      places.push(transposed === "by flag" ? tf.matMul(left, right, true) : tf.matMul(tf.transpose(left), right));
    }
  }
  return tf.reshape(tf.stack(places), [rows, columns, channels, filters]);
}

/** Variables in the order of the net, and the moving statistics of its batch norms. */
class Net {
  readonly variables: readonly tf.Variable[];
  private readonly moving: tf.Variable[] = [];
  private taken = 0;
  private normalised = 0;

  constructor({ variables, state }: Task) {
    const values = readFloats(state);
    let offset = 0;
    this.variables = variables.map(({ name, shape }) => {
      const size = shape.reduce((product, entries) => product * entries, 1);
      const made = tf.variable(tf.tensor(values.slice(offset, offset + size), [...shape]), true, name);
      offset += size;
      return made;
    });
  }

  /** Mean loss of a batch. */
  loss(images: tf.Tensor4D, targets: tf.Tensor): tf.Scalar {
    this.taken = 0;
    this.normalised = 0;
    let x = this.prelu(this.norm(this.conv(images, 1)));
    for (const stride of [2, 1, 2, 1, 2, 1, 2, 1]) x = this.unit(x, stride);
    const embedding = tf.add(tf.matMul(tf.reshape(x, [x.shape[0], -1]), this.matrix()), this.next());
    const logits = tf.add(tf.matMul(embedding, this.matrix(), false, true), this.next());
    return tf.reshape(tf.losses.softmaxCrossEntropy(targets, logits), []);
  }

  private unit(x: tf.Tensor4D, stride: number): tf.Tensor4D {
    const inner = this.prelu(this.norm(this.conv(this.norm(x), 1)));
    const y = this.norm(this.conv(inner, stride));
    return stride === 1 ? tf.add(y, x) : tf.add(y, this.norm(this.conv(x, stride)));
  }

  private next(): tf.Variable {
    const variable = this.variables[this.taken++];
    if (variable === undefined) throw new Error("The net wants more variables than it was given.");
    return variable;
  }

  private matrix(): tf.Tensor2D {
    const variable = this.next();
    return tf.reshape(variable, [variable.shape[0] ?? 1, variable.shape[1] ?? 1]);
  }

  private conv(x: tf.Tensor4D, stride: number): tf.Tensor4D {
    const filter = asTensor(this.next());
    return tf.conv2d(x, filter, stride, (filter.shape[0] - 1) / 2);
  }

  private norm(x: tf.Tensor4D): tf.Tensor4D {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const [scale, offset] = [this.next(), this.next()];
    this.move(mean);
    this.move(variance);
    return tf.batchNorm4d(x, asVector(mean), asVector(variance), asVector(offset), asVector(scale), epsilon);
  }

  private move(now: tf.Tensor): void {
    const at = this.normalised++;
    this.moving[at] ??= tf.variable(tf.zerosLike(now), false);
    this.moving[at]?.assign(tf.add(tf.mul(this.moving[at], keep), tf.mul(now, 1 - keep)));
  }

  private prelu(x: tf.Tensor4D): tf.Tensor4D {
    const slope = this.next();
    return tf.prelu(x, tf.reshape(slope, [1, 1, 1, slope.size]));
  }
}

const task: StockTask = { ...readTask(), transposed: process.argv[3] === "before" ? "before" : "by flag" };
setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
if (!(await tf.setBackend("wasm")) || !(tf.backend() instanceof BackendWasm))
  throw new Error("TensorFlow.js cannot start its wasm backend.");
registerFilterGradient(task.transposed);
const net = new Net(task);
const optimizer = tf.train.momentum(task.rate, task.momentum);
const shape: [number, number, number, number] = [task.batch, task.size, task.size, 3];

async function step({ images, labels }: Batch): Promise<number> {
  const loss = tf.tidy(() => {
    const [x, targets] = [tf.tensor4d(images, shape), tf.oneHot(tf.tensor1d(labels, "int32"), task.classes)];
    const { value, grads } = tf.variableGrads(() => net.loss(x, targets), [...net.variables]);
    const decayed = net.variables.map((variable) => {
      const gradient = grads[variable.name];
      if (gradient === undefined) throw new Error(`${variable.name} has no gradient.`);
      return { name: variable.name, tensor: tf.add(gradient, tf.mul(variable, task.decay)) };
    });
    optimizer.applyGradients(decayed);
    return value;
  });
  const [value] = await loss.data();
  loss.dispose();
  return value ?? Number.NaN;
}

const parameters = net.variables.reduce((sum, { size }) => sum + size, 0);
await serve(task, { parameters, library: `tfjs-backend-wasm ${version_wasm}`, threads: getThreadsCount() }, step);
process.exit(0);
