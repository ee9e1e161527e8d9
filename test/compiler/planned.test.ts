/** What a plan holds: defaults filled in, names kept apart, products made. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { print } from "../../src/compiler/formula/print.js";
import { memoryHost } from "../../src/compiler/host.js";
import type { LayerPlan, Plan } from "../../src/compiler/plan/plan.js";
import { compileText } from "./check.js";

const head = `use std.backbones { SmallRes }
use std.losses { arcface, cosface, softmax }
use std.schedules { steps }
use std.weightings { focal, half_cosine, uniform }

dataset faces = synthetic(identities = 40, images = 10) {
  image 32x32x1
  split identities { train 20, validation 8, test 12 } seed run
}

backbone Net(features = 32) {
  flatten
  dense(features)
}
`;

function training(settings = ""): string {
  return `train first {
  data faces.train
  backbone Net
  loss softmax
  optimizer sgd(momentum = 0.9, except(bn, bias, decay = 0))
  schedule steps(0.1)
  batch 16
  epochs 2
  ${settings}
}
`;
}

function planOf(text: string, options = {}): Plan {
  const { plan, codes } = compileText(text, options);
  expect(codes).toEqual([]);
  return plan;
}

function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length > 1) throw new Error(`one is wanted, there are ${items.length}`);
  return item;
}

describe("trainings", () => {
  it("have their defaults", () => {
    const train = only(planOf(head + training()).trains);
    expect(train).toMatchObject({ clip: null, seed: 1, precision: "float32", evaluate: null, data: { dataset: "faces", part: "train" } });
    expect(train.optimizer).toEqual({
      kind: "sgd",
      args: { momentum: 0.9, decay: 0, nesterov: "no" },
      except: [{ groups: ["bn", "bias"], args: { decay: 0 } }],
    });
  });

  it("say in which precision they compute", () => {
    const precisionOf = (word: string) => only(planOf(head + training(`precision ${word}`)).trains).precision;
    expect(["float32", "bfloat16"].map(precisionOf)).toEqual(["float32", "bfloat16"]);
  });

  it("say where they are evaluated", () => {
    const train = only(planOf(head + training("evaluate pairs(faces.validation, folds = 4) every 2 epochs, keep best")).trains);
    expect(train.evaluate).toEqual({
      protocol: { kind: "pairs", data: { dataset: "faces", part: "validation" }, folds: 4, seed: 0 },
      every: 2,
      keepBest: true,
    });
  });

  it("come from another file, with what that file means by its names", () => {
    const other = `${head}backbone Net2 { flatten; dense(8) }\n${training().replace("backbone Net", "backbone Net2")}`;
    const main = `use "./other.face" { first, faces }
use std.losses { softmax }
backbone Net2 { flatten; dense(16) }
table all { from first; rows loss { softmax }; columns backbone { Net2 }; cell pairs(faces.test).auc }
`;
    const { value, diagnostics } = compile(memoryHost({ "a/main.face": main, "a/other.face": other }), "a/main.face");
    expect(diagnostics).toEqual([]);
    const plan = value.plan;
    expect(plan?.trains.map((each) => [each.name, each.at.file, each.backbone])).toEqual([["first", "other.face", "Net2"]]);
    expect(plan?.backbones.map((each) => [each.name, each.at.file, each.output])).toEqual([
      ["Net2", "other.face", [8]],
      ["Net22", "main.face", [16]],
    ]);
    expect(plan?.file).toBe("main.face");
  });
});

describe("data sets", () => {
  it("see pixels as the papers do, where nothing else is said", () => {
    expect(print(only(planOf(head).datasets).scale)).toBe("(v - 127.5) / 128");
  });

  it("keep arguments of augmentation by name", () => {
    const text = head.replace("image 32x32x1", "image 32x32x1\n  augment flip(25%), crop(), brightness(10%)\n  scale v / 255");
    const dataset = only(planOf(text).datasets);
    expect(dataset.augment).toEqual([
      { kind: "flip", args: { p: 0.25 } },
      { kind: "crop", args: { pad: 4 } },
      { kind: "brightness", args: { amount: 0.1 } },
    ]);
    expect(print(dataset.scale)).toBe("v / 255");
  });
});

describe("networks", () => {
  const blocks = `block Basic(width, kernel = 3x3) {
  conv(kernel, 2 * width)
  relu
}
backbone Own {
  repeat(2) { Basic(4) }
  Basic(8, kernel = 1x1)
  flatten
  dense(16)
}
`;

  it("keep blocks, with formulas over their parameters", () => {
    const plan = planOf(blocks);
    const block = only(plan.blocks);
    expect(block.parameters).toEqual([
      { name: "width", default: null },
      { name: "kernel", default: [3, 3] },
    ]);
    const [conv] = block.body;
    const written = conv?.args.map(({ name, value }) => [name, typeof value === "object" && "kind" in value ? print(value) : value]);
    expect(written).toEqual([
      ["kernel", "kernel"],
      ["filters", "2 * width"],
    ]);
    const own = only(plan.backbones);
    const shape = (layer: LayerPlan): unknown => [layer.kind, layer.block, layer.output];
    expect(own.body.map(shape)).toEqual([
      ["repeat", false, [112, 112, 8]],
      ["Basic", true, [112, 112, 16]],
      ["flatten", false, [112 * 112 * 16]],
      ["dense", false, [16]],
    ]);
    // Twice 3x3 (from 3 and from 8 channels), 1x1, dense with its bias.
    const bias = own.parameterCount - (9 * 3 * 8 + 9 * 8 * 8 + 8 * 16 + 112 * 112 * 16 * 16);
    expect(bias).toBe(16);
  });

  it("have the values of constants for a block's defaults", () => {
    const plan = planOf(`let wide = 3\nblock B(width = 2 * wide) { conv(3x3, width) }\nbackbone Own { B; flatten; dense(4) }\n`);
    expect(only(plan.blocks).parameters).toEqual([{ name: "width", default: 6 }]);
  });

  it("keep blocks of one name from two files apart", () => {
    const text = `use std.backbones { SmallRes }\n${blocks}${head.replace("use std.backbones { SmallRes }\n", "")}${training()}
table all { from first; rows backbone { SmallRes, Own }; cell pairs(faces.test).auc }
`;
    const plan = planOf(text);
    expect(plan.blocks.map((each) => each.at.file)).toEqual(["std.backbones", "test.face"]);
    expect(new Set(plan.blocks.map((each) => each.name)).size).toBe(2);
    const used = plan.backbones.flatMap((each) => each.body.filter((layer) => layer.block).map((layer) => [each.name, layer.kind]));
    const [std, own] = plan.blocks.map((each) => each.name);
    expect(used).toContainEqual(["SmallRes", std]);
    expect(used).toContainEqual(["Own", own]);
  });

  it("are measured for the images of the training", () => {
    const plan = planOf(head + training());
    expect(plan.backbones.map((each) => [each.title, each.input, each.parameterCount])).toEqual([["Net", [32, 32, 1], 32 * 32 * 32 + 32]]);
  });
});

describe("losses", () => {
  it("keep parameters by name and constants of the file by theirs", () => {
    const plan = planOf(
      `${head}let margin = 0.4\nloss mine(s = 30) = cross_entropy(s * (cosine(x, W) - (if target then margin else 0)))\n`,
    );
    const mine = plan.losses.find((each) => each.name === "mine");
    expect(mine?.parameters).toEqual([
      { name: "s", value: 30 },
      { name: "margin", value: 0.4 },
    ]);
    expect(mine?.formula).toBe("mine(s = 30) = cross_entropy(s * (cosine(x, W) - (if target then margin else 0)))");
  });

  it("inside others keep their own parameters", () => {
    const plan = planOf(`${head}loss both(s = 8) = softmax + s * cosface(s = 16) + cosface(m = 0.1)\n`);
    const both = plan.losses.find((each) => each.name === "both");
    expect(both?.parameters.map((each) => [each.name, each.value])).toEqual([
      ["s", 8],
      ["s2", 16],
      ["m", 0.35],
      ["s3", 64],
      ["m2", 0.1],
    ]);
  });

  it("that learn or remember do so once for each use", () => {
    const text = `loss part {
  learn r = 1, at least 0.5
  state t = 0
  update t = t + 1
  r * cross_entropy(cosine(x, W)) + t
}
loss twice = part + part
`;
    const twice = planOf(text).losses.find((each) => each.name === "twice");
    expect(twice?.learned.map((each) => [each.name, each.atLeast, each.atMost])).toEqual([
      ["r", 0.5, null],
      ["r2", 0.5, null],
    ]);
    expect(twice?.states.map((each) => [each.name, each.update && print(each.update)])).toEqual([
      ["t", "t + 1"],
      ["t2", "t2 + 1"],
    ]);
  });

  it("of the whole batch are what each sample is charged", () => {
    const loss = only(planOf("loss mine = mean(cross_entropy(dot(x, W)) over sample)").losses);
    expect(loss.perSample.type.axes).toEqual(["sample"]);
  });

  it("know what their samples count", () => {
    const weights = (text: string): string | null => {
      const loss = planOf(`${head}loss mine = ${text}\n`).losses.find((each) => each.name === "mine");
      return loss?.weights == null ? null : print(loss.weights);
    };
    expect(weights("uniform * norm(x)")).toBe("broadcast(1 over sample)");
    expect(weights("2 * (focal(2) * cross_entropy(dot(x, W)))")).toBe("(1 - softmax(dot(x, W))[y]) ^ gamma");
    expect(weights("uniform * focal(1) * cross_entropy(dot(x, W))")).toBe("1 * (1 - softmax(dot(x, W))[y]) ^ gamma");
    expect(weights("focal(2) * softmax + norm(x)")).toBe(null);
  });

  it("are set from outside by constant, parameter, or parameter of a declaration", () => {
    const text = `let margin = 0.4\nloss one(s = 30) = margin * cross_entropy(s * cosine(x, W))\nloss two(s = 20) = cross_entropy(s * cosine(x, W))\n`;
    const values = (set: Record<string, string>, target?: string): unknown =>
      planOf(text, { set, ...(target === undefined ? {} : { target }) }).losses.map((each) => each.parameters.map(({ value }) => value));
    expect(values({})).toEqual([[30, 0.4], [20]]);
    expect(values({ margin: "0.5", "two.s": "8" })).toEqual([[30, 0.5], [8]]);
    expect(values({ s: "5" })).toEqual([[5, 0.4], [5]]);
    expect(values({ s: "5" }, "one")).toEqual([[5, 0.4], [20]]);
  });
});

describe("tables", () => {
  it("multiply weightings and losses on two sides", () => {
    const text = `${head}${training()}table all {
  from first
  rows weighting { uniform, "easy" = half_cosine(W[y]) }
  columns loss { softmax, "arc" = arcface(s = 16) }
  seeds 1..3
  cell pairs(faces.test).tar(far = 1%)
}
`;
    const plan = planOf(text);
    const table = only(plan.tables);
    expect(table.products.map((each) => [each.row, each.column])).toEqual([
      ["uniform", "softmax"],
      ["uniform", "arc"],
      ["easy", "softmax"],
      ["easy", "arc"],
    ]);
    const titles = table.products.map(({ loss }) => plan.losses.find((each) => each.name === loss)?.title);
    expect(titles).toEqual([
      "uniform * softmax",
      "uniform * arcface(s = 16)",
      "half_cosine(W[y]) * softmax",
      "half_cosine(W[y]) * arcface(s = 16)",
    ]);
    expect(table.seeds).toEqual([1, 2, 3]);
    expect(only(table.cells).measure).toEqual({ kind: "tar", far: 0.01 });
  });

  it("multiply weightings to the training's loss where no losses are named", () => {
    const plan = planOf(`${head}${training()}table all { from first; rows weighting { focal }; cell pairs(faces.test).auc }\n`);
    const table = only(plan.tables);
    expect(table.columns).toBe(null);
    expect(table.products.map((each) => [each.row, each.column])).toEqual([["focal", "Net"]]);
  });
});

describe("schedules", () => {
  it("write counts over lists out", () => {
    const schedule = only(planOf("schedule falls(base = 1) = base * 0.5 ^ count(epoch >= e over e in [2, 4])").schedules);
    expect(print(schedule.rate)).toBe("base * 0.5 ^ ((if epoch >= 2 then 1 else 0) + (if epoch >= 4 then 1 else 0))");
  });
});

describe("the same spec", () => {
  it("gives the same plan", () => {
    const text = `${head}${training()}table all { from first; rows loss { softmax, cosface }; cell pairs(faces.test).auc }\n`;
    const once = JSON.stringify(planOf(text), (key, value) => (key === "id" || key === "origin" ? undefined : value));
    expect(JSON.stringify(planOf(text), (key, value) => (key === "id" || key === "origin" ? undefined : value))).toBe(once);
  });
});
