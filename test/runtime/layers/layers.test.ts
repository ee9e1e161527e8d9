import { describe, expect, it } from "vitest";
import type { Layer, LayerFault } from "../../../src/runtime/describe.js";
import { apply, input } from "../../../src/runtime/kernels/pointwise.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import {
  avgpool,
  bn,
  conv,
  dense,
  dropout,
  flatten,
  globalpool,
  layers,
  maxpool,
  prelu,
  relu,
  repeat,
  residual,
} from "../../../src/runtime/layers/index.js";
import { flattened, measureLayers, parametersOf } from "../../../src/runtime/layers/measure.js";
import { recordBackbone } from "../../../src/runtime/step/network.js";
import { createRecorder, positions } from "../../../src/runtime/step/record.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { transpose } from "../../../src/runtime/step/transpose.js";
import { expectGradient, numbers } from "../differences.js";
import { evaluateStep, outputOf } from "../reference.js";

const at = { file: "net.face", line: 7 };

function measure(chain: readonly Layer[], shape: readonly number[]) {
  const faults: { layer: Layer; fault: LayerFault }[] = [];
  const measured = measureLayers(chain, shape, (layer, fault) => faults.push({ layer, fault }));
  return { ...measured, faults };
}

/** loss = sum of the network's output by fixed weights, with gradients by every weight. Ends in `flatten` where needed. */
function record(chain: readonly Layer[], shape: readonly number[], training: boolean): { step: Step; given: Record<string, Float64Array> } {
  const recorder = createRecorder();
  const given: Record<string, Float64Array> = { key: Float64Array.of(3, 1) };
  const images = recorder.feed(
    "images",
    [3, ...shape],
    "float32",
    shape.length === 1 ? ["sample", "feature"] : ["sample", "height", "width", "channel"],
  );
  given.images = numbers(sizeOf(images.shape), 5);
  const y = recordBackbone(recorder, { name: "net", input: shape, layers: [...chain, flatten()], at }, images, training);
  const variables = recorder.step().variables;
  variables.forEach(({ name, shape: own, kind }, i) => {
    given[name] = kind === "moving" ? numbers(sizeOf(own), 20 + i).map(Math.abs) : numbers(sizeOf(own), 20 + i);
  });
  const description = {
    name: "fixed",
    shape: y.shape,
    kind: "frozen",
    initial: { kind: "constant", value: 0 },
    group: "weight",
    at: null,
  } as const;
  const fixed = recorder.variable(description, y.axes);
  given.fixed = numbers(sizeOf(y.shape), 9);
  const weighted = recorder.pointwise(apply("multiply", input(0), input(1)), [y, fixed]);
  const [loss] = recorder.kernel("reduceSum", [weighted], { axes: [0, 1] }, [positions(0)]);
  if (loss === undefined) throw new Error("one output");
  recorder.output("y", y);
  recorder.output("loss", loss);
  const trained = variables.filter(({ kind }) => kind === "weight");
  const wanted = [images, ...trained.map(({ value }) => recorder.valueOf(value))];
  transpose(recorder, [{ value: loss, gradient: recorder.constant(1) }], wanted).forEach((gradient, i) => {
    if (gradient !== null) recorder.output(`gradient/${i === 0 ? "images" : trained[i - 1]?.name}`, gradient);
  });
  return { step: recorder.step(), given };
}

const chains: Readonly<Record<string, readonly [shape: readonly number[], chain: readonly Layer[]]>> = {
  conv: [[5, 4, 2], [conv({ kernel: [3, 3], filters: 3 })]],
  "conv, stride and bias": [[5, 6, 2], [conv({ kernel: 3, filters: 2, stride: 2, bias: "yes" })]],
  "conv, valid": [[4, 4, 1], [conv({ kernel: [2, 3], filters: 2, padding: "valid" })]],
  bn: [[2, 3, 2], [bn()]],
  "bn of features": [[3], [bn({ epsilon: 0.01 })]],
  "bn without scale and offset": [[2, 2, 2], [bn({ scale: "no", offset: "no" })]],
  relu: [[2, 3, 2], [relu()]],
  prelu: [[2, 3, 2], [prelu()]],
  maxpool: [[4, 5, 2], [maxpool()]],
  "maxpool, overlapping": [[5, 4, 1], [maxpool({ window: 3, padding: "same" })]],
  "maxpool, ceil": [[5, 4, 1], [maxpool({ rounding: "ceil" })]],
  avgpool: [[4, 5, 2], [avgpool({ window: 3, stride: 1, padding: "same" })]],
  "avgpool, ceil": [[5, 5, 1], [avgpool({ rounding: "ceil" })]],
  globalpool: [[3, 2, 3], [globalpool()]],
  residual: [[3, 3, 2], [residual([conv({ kernel: 3, filters: 2 }), relu()])]],
  "residual, projected": [
    [5, 4, 2],
    [residual([conv({ kernel: 3, filters: 3, stride: 2 }), bn()]), relu()],
  ],
  repeat: [[3, 3, 2], [repeat(2, () => [conv({ kernel: 1, filters: 2 }), prelu()])]],
  flatten: [[2, 2, 2], [flatten()]],
  dense: [[4], [dense({ features: 3 })]],
  "dense without bias": [[4], [dense({ features: 2, bias: "no" })]],
  dropout: [[3, 3, 2], [dropout({ rate: 0.4 })]],
};

describe.each(Object.entries(chains))("%s", (_title, [shape, chain]) => {
  const measured = measure(chain, shape);

  it("has the shape and the variables that were measured", () => {
    for (const training of [true, false]) {
      const { step, given } = record(chain, shape, training);
      expect(outputOf(step, "y", given).length / 3).toBe(sizeOf(measured.output ?? []));
      const own = step.variables.filter(({ name, kind }) => name !== "fixed" && (kind === "weight" || kind === "learned"));
      expect(own.reduce((sum, variable) => sum + sizeOf(variable.shape), 0)).toBe(measured.parameters);
    }
  });

  it("has the gradient that central differences give", () => {
    const { step, given } = record(chain, shape, true);
    const names = Object.keys(step.outputs).flatMap((name) => (name.startsWith("gradient/") ? [name.slice(9)] : []));
    const trained = step.variables.filter(({ kind }) => kind === "weight").map(({ name }) => name);
    expect(names.sort()).toEqual(["images", ...trained].sort());
    for (const name of names) expectGradient(step, given, name, 2e-6);
  });
});

describe("layers", () => {
  it("are all tried above", () => {
    const used = new Set(
      Object.values(chains).flatMap(([shape, chain]) => flattened(measure(chain, shape).layers).map(({ layer }) => layer.kind)),
    );
    expect([...used].sort()).toEqual(Object.keys(layers).sort());
  });

  it("describe each argument in words", () => {
    for (const { name, doc, arguments: args } of Object.values(layers)) {
      expect(doc, name).toMatch(/\.$/);
      for (const arg of args) {
        expect(arg.doc, `${name} ${arg.name}`).toMatch(/\.$/);
        if (arg.kind === "word") expect(arg.words, `${name} ${arg.name}`).toContain(arg.default);
      }
    }
  });

  it("drops nothing in evaluation and something in training", () => {
    const { step, given } = record([dropout({ rate: 0.5 })], [40], false);
    expect(outputOf(step, "y", given)).toEqual(given.images);
    const trained = record([dropout({ rate: 0.5 })], [40], true);
    const y = outputOf(trained.step, "y", trained.given);
    const kept = [...y].filter((value) => value !== 0).length;
    expect(kept).toBeGreaterThan(30);
    expect(kept).toBeLessThan(90);
    const i = y.findIndex((value) => value !== 0);
    expect((y[i] ?? 0) / (trained.given.images?.[i] ?? 0)).toBeCloseTo(2, 12);
  });

  it("normalise in evaluation by statistics that move as PyTorch's do", () => {
    const { step, given } = record([bn({ momentum: 0.75, epsilon: 0 })], [2], true);
    const x = given.images ?? new Float64Array();
    const column = [x[0] ?? 0, x[2] ?? 0, x[4] ?? 0]; // first feature of three samples
    const mean = column.reduce((a, b) => a + b) / 3;
    const unbiased = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2;
    const values = evaluateStep(step, given);
    const updated = (name: string): number => {
      const update = step.updates.find(({ variable }) => variable === `net/bn 1/${name}`);
      return values[update?.value ?? -1]?.data[0] ?? Number.NaN;
    };
    const moving = (name: string): number => given[`net/bn 1/${name}`]?.[0] ?? Number.NaN;
    expect(updated("mean")).toBeCloseTo(0.75 * moving("mean") + 0.25 * mean, 12);
    expect(updated("variance")).toBeCloseTo(0.75 * moving("variance") + 0.25 * unbiased, 12);
    const evaluated = record([bn({ epsilon: 0 })], [2], false);
    const own = (name: string): number => evaluated.given[`net/bn 1/${name}`]?.[1] ?? Number.NaN;
    const expected = (((evaluated.given.images?.[3] ?? 0) - own("mean")) / Math.sqrt(own("variance"))) * own("scale") + own("offset");
    expect(outputOf(evaluated.step, "y", evaluated.given)[3]).toBeCloseTo(expected, 12);
  });
});

describe("faults", () => {
  const faultOf = (chain: readonly Layer[], shape: readonly number[]) => measure(chain, shape).faults;

  it("names the layer, once, and stops there", () => {
    const wrong = dense({ features: 3 }, at);
    const { faults, output, layers: found } = measure([conv({ kernel: 3, filters: 2 }), wrong, wrong], [4, 4, 1]);
    expect(output).toBeNull();
    expect(found.length).toBe(1);
    expect(faults).toEqual([
      { layer: wrong, fault: { needs: "features", given: "a 4x4x2 map", hint: "Put `flatten` or `globalpool` before it." } },
    ]);
  });

  it("reports a fault inside a body at the layer inside", () => {
    const inner = maxpool({ window: 3 }, at);
    const faults = faultOf([repeat(2, () => [residual([inner])])], [2, 2, 1]);
    expect(faults.map(({ layer }) => layer)).toEqual([inner]);
    expect(faults[0]?.fault.needs).toBe("a map of at least 3x3");
  });

  it("refuses a shortcut that no projection makes", () => {
    const [found] = faultOf([residual([conv({ kernel: 3, filters: 4, padding: "valid" })], at)], [8, 8, 4]);
    expect(found?.fault.needs).toBe("a body whose output can be added to its input of 8x8x4");
    expect(found?.fault.given).toBe("6x6x4");
    expect(faultOf([residual([dense({ features: 3 })])], [4])[0]?.fault.given).toBe("3");
    expect(faultOf([residual([flatten()])], [2, 2, 1])).toHaveLength(1);
    expect(faultOf([residual([conv({ kernel: 3, filters: 4, stride: 2 })])], [7, 5, 4])).toHaveLength(0);
  });

  it("refuses maps for features, features for maps, and a rate of 100%", () => {
    expect(faultOf([conv({ kernel: 3, filters: 2 })], [9])).toHaveLength(1);
    expect(faultOf([globalpool(), globalpool()], [2, 2, 2])).toHaveLength(1);
    expect(faultOf([dropout({ rate: 1 })], [2])).toHaveLength(1);
  });
});

describe("published sizes", () => {
  const bottleneck = (width: number, stride = 1): Layer[] => [
    residual([
      conv({ kernel: 1, filters: width }),
      bn(),
      relu(),
      conv({ kernel: 3, filters: width, stride }),
      bn(),
      relu(),
      conv({ kernel: 1, filters: 4 * width }),
      bn(),
    ]),
    relu(),
  ];
  const stage = (width: number, count: number, stride: number): Layer[] => [
    ...bottleneck(width, stride),
    repeat(count - 1, () => bottleneck(width)),
  ];
  const resnet50 = [
    conv({ kernel: 7, filters: 64, stride: 2 }),
    bn(),
    relu(),
    maxpool({ window: 3, padding: "same" }),
    ...stage(64, 3, 1),
    ...stage(128, 4, 2),
    ...stage(256, 6, 2),
    ...stage(512, 3, 2),
    globalpool(),
    dense({ features: 1000 }),
  ];

  it("ResNet-50 at 224x224x3 is torchvision's: 25,557,032 parameters, 4,089,184,256 multiply-adds", () => {
    const { parameters, multiplyAdds, output, faults } = measure(resnet50, [224, 224, 3]);
    expect(faults).toEqual([]);
    expect(output).toEqual([1000]);
    expect(parameters).toBe(25_557_032);
    expect(multiplyAdds).toBe(4_089_184_256);
  });

  it("numbers layers of a kind among their siblings, also over the rounds of a repeat", () => {
    const { layers: found } = measure(
      [repeat(2, () => [residual([conv({ kernel: 1, filters: 1 })])]), conv({ kernel: 1, filters: 1 })],
      [2, 2, 1],
    );
    expect(flattened(found).map(({ path }) => path)).toEqual([
      "repeat 1",
      "repeat 1/residual 1",
      "repeat 1/residual 1/conv 1",
      "repeat 1/residual 2",
      "repeat 1/residual 2/conv 1",
      "conv 1",
    ]);
    expect(parametersOf(flattened(found)[2]?.variables ?? [])).toBe(1);
  });
});
