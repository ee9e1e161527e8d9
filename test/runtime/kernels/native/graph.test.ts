/** A step written as a graph, looked at as data: no library is needed. */
import { describe, expect, it } from "vitest";
import { bfloat16Bits } from "../../../../src/runtime/kernels/native/graph.js";
import { NodeNames } from "../../../../src/runtime/kernels/native/names.js";
import type { Lowering } from "../../../../src/runtime/kernels/native/ops.js";
import type { NodeDef } from "../../../../src/runtime/kernels/native/proto.js";
import { ASSERTION, stepGraph } from "../../../../src/runtime/kernels/native/step-graph.js";
import { apply, input } from "../../../../src/runtime/kernels/pointwise.js";
import { createRecorder } from "../../../../src/runtime/step/record.js";
import type { Step } from "../../../../src/runtime/step/step.js";

const line = { file: "net.face", line: 12 };
const float = { kind: "type", value: "float32" } as const;

/** Enough to write: which operations stand for a kernel is not looked at here. */
const lowerings: Readonly<Record<string, Lowering>> = {
  matmul: (ops, inputs, _, outputs) => ops.op("MatMul", inputs, { T: float }, outputs),
  sumSquares: (ops, inputs, _, outputs) => {
    const half = ops.op("L2Loss", inputs, { T: float }, outputs);
    return ops.op("Mul", [...half, ops.constant([2], { shape: [], dtype: "float32" })], { T: float }, outputs);
  },
  pointwise: (ops, inputs, _, outputs) => ops.op("Sub", inputs.slice(0, 2), { T: float }, outputs),
};

/** y = x W, W' = W - xT y, and a state that becomes what is fed. */
function recorded(): Step {
  const recorder = createRecorder();
  const x = recorder.feed("images", [4, 3], "float32", ["sample", "feature"]);
  const progress = recorder.feed("progress", [], "float32", []);
  const variable = (name: string, shape: readonly number[], axes: readonly string[]) =>
    recorder.variable({ name, shape, kind: "weight", initial: { kind: "constant", value: 0 }, group: "weight", at: line }, axes);
  const weight = variable("small/dense 1/weight", [3, 2], ["feature", "out"]);
  variable("loss/t", [], []);
  return recorder.within("small/dense 1", line, () => {
    const [y] = recorder.kernel("matmul", [x, weight], { transposeA: false, transposeB: false }, [["sample", "out"]]);
    if (y === undefined) throw new Error("no output");
    const [slope] = recorder.kernel("matmul", [x, y], { transposeA: true, transposeB: false }, [["feature", "out"]]);
    const [loss] = recorder.kernel("sumSquares", [y], {}, [[]]);
    if (slope === undefined || loss === undefined) throw new Error("no output");
    recorder.update("small/dense 1/weight", recorder.pointwise(apply("subtract", input(0), input(1)), [weight, slope]));
    recorder.update("loss/t", progress);
    recorder.output("loss", loss);
    recorder.finite(loss);
    return recorder.step();
  });
}

function written(step: Step) {
  const graph = stepGraph(step, lowerings, false);
  const found = new Map(graph.nodes.map((node) => [node.name, node]));
  const node = (name: string): NodeDef => {
    const known = found.get(name);
    if (known === undefined) throw new Error(`${name} is not among ${[...found.keys()].join(" ")}`);
    return known;
  };
  return { graph, node, updates: graph.nodes.filter(({ name }) => name.startsWith("update/") && !name.startsWith("update/copy")) };
}

const control = (node: NodeDef): string[] => node.inputs.filter((each) => each.startsWith("^")).map((each) => each.slice(1));

describe("a step as a graph", () => {
  it("lets every update wait for every read and for the finite test", () => {
    const { graph, node, updates } = written(recorded());
    expect(updates.map(({ op }) => op)).toEqual(["AssignVariableOp", "AssignVariableOp"]);
    for (const assign of updates) expect(control(assign)).toEqual(["gate"]);
    const reads = graph.nodes.filter(({ op }) => op === "ReadVariableOp").map(({ name }) => name);
    expect(reads).toHaveLength(2);
    expect(control(node("gate")).sort()).toEqual([ASSERTION, ...reads].sort());
    expect(control(node("updated"))).toEqual(expect.arrayContaining(updates.map(({ name }) => name)));
    expect(graph.outputs).toEqual([{ output: "loss", name: "output/loss:0" }]);
    expect(control(node("output/loss"))).toEqual(["updated"]);
  });

  it("names operations by layer and line, each once", () => {
    const { graph, node } = written(recorded());
    expect(node("small/dense_1/matmul.L12/MatMul").inputs).toEqual(["fed/images", "read/small/dense_1/weight"]);
    expect(node("small/dense_1/matmul.L12/MatMul_2").inputs).toEqual(["fed/images", "small/dense_1/matmul.L12/MatMul"]);
    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(graph.nodes.length);
    for (const { name } of graph.nodes) expect(name).toMatch(/^[A-Za-z0-9.][A-Za-z0-9_./-]*$/);
  });

  it("sets variables by copies of what is fed, a few megabytes at a time", () => {
    const step = recorded();
    const [first] = step.variables;
    if (first === undefined) throw new Error("the step has no variable");
    const large = Array.from({ length: 3 }, (_, i) => ({
      ...first,
      name: `large ${i}`,
      shape: [5_000_000],
      value: step.values.length + i,
    }));
    const values = [...step.values, ...large.map(({ shape }) => ({ shape, dtype: "float32" as const }))];
    const { graph, node } = written({ ...step, values, variables: [...step.variables, ...large] });
    expect(graph.groups.map(({ tensors }) => tensors.map(({ name }) => name))).toEqual([
      ["small/dense 1/weight", "loss/t", "large 0"],
      ["large 1"],
      ["large 2"],
    ]);
    expect(node("load/large_1").inputs).toEqual(["variables/large_1", "load/large_1/copy"]);
    expect(control(node("load/done_1"))).toEqual(["load/large_1"]);
  });

  it("copies what is fed before a variable keeps it", () => {
    const { node } = written(recorded());
    expect(node("update/loss/t").inputs[1]).toBe("update/copy");
    expect(node("update/copy").inputs).toEqual(["fed/progress"]);
  });

  it("holds back what is computed again until its value is there", () => {
    const step = recorded();
    const [first, ...rest] = step.nodes;
    const loss = step.outputs.loss;
    if (first === undefined || loss === undefined) throw new Error("the step is empty");
    const again = { ...first, outputs: [step.values.length], after: loss };
    const late: Step = {
      ...step,
      values: [...step.values, step.values[first.outputs[0] ?? -1] ?? { shape: [], dtype: "float32" }],
      nodes: [first, ...rest, again],
    };
    const { node } = written(late);
    expect(control(node("small/dense_1/matmul.L12/MatMul"))).toEqual([]);
    expect(control(node("small/dense_1/matmul.L12/MatMul_3"))).toEqual(["small/dense_1/sumSquares.L12/Mul"]);
  });

  it("makes equal constants once", () => {
    const step = recorded();
    const { graph } = written({
      ...step,
      nodes: step.nodes.flatMap((node) => (node.kernel === "sumSquares" ? [node, { ...node, outputs: node.inputs }] : [node])),
    });
    expect(graph.nodes.filter(({ op }) => op === "L2Loss")).toHaveLength(2);
    expect(graph.nodes.filter(({ op, name }) => op === "Const" && name.startsWith("constants"))).toHaveLength(1);
  });
});

describe("names of nodes", () => {
  it("find back to layer and line, whatever the library put around them", () => {
    const names = new NodeNames();
    const origin = { path: "_net/conv 1", kernel: "conv", at: line };
    expect(names.fresh(origin, "Conv2D")).toBe("x_net/conv_1/conv.L12/Conv2D");
    expect(names.fresh(origin, "Conv2D")).toBe("x_net/conv_1/conv.L12/Conv2D_2");
    expect(names.originIn("no shape [[{{node x_net/conv_1/conv.L12/Conv2D_2}}]] [[step]]")).toBe(origin);
    expect(names.originIn("no shape [[{{node x_net/conv_1/conv.L12/Conv2D-0-TransposeNHWCToNCHW-LayoutOptimizer}}]]")).toBe(origin);
    expect(names.originIn("no shape [[{{node elsewhere}}]]")).toBeNull();
    expect(names.originIn("no node at all")).toBeNull();
  });
});

describe("bfloat16", () => {
  it("rounds to nearest, ties to even", () => {
    const cases: readonly (readonly [number, number])[] = [
      [1, 0x3f80],
      [-2, 0xc000],
      [1 + 2 ** -8, 0x3f80],
      [1 + 3 * 2 ** -8, 0x3f82],
      [1 + 2 ** -8 + 2 ** -20, 0x3f81],
      [Number.POSITIVE_INFINITY, 0x7f80],
      [3.4e38, 0x7f80],
    ];
    for (const [value, bits] of cases) expect(bfloat16Bits(value)).toBe(bits);
    expect(bfloat16Bits(Number.NaN) & 0x7fff).toBeGreaterThan(0x7f80);
  });
});
