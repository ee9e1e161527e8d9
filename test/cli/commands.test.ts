import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { facec, folderWith, tiny } from "./facec.js";

describe("the command itself", () => {
  test("shows its commands and exits 0", () => {
    const { code, out } = facec(["--help"]);
    expect(code).toBe(0);
    for (const command of ["check", "build", "run", "table", "probe", "explain", "data", "backends", "fmt"])
      expect(out).toContain(`  ${command} `);
  });

  test.each([
    [["chek", "a.face"], "Did you mean check?"],
    [["check", "a.face", "--jsno"], "Did you mean --json?"],
    [["table", "a.face", "--backend", "gpuu"], "Allowed choices"],
    [["run", "a.face", "--epochs", "0"], "whole number"],
    [["probe", "a.face", "softmax"], "--input"],
  ])("wrong use exits 2 and says what is meant: %j", (args, said) => {
    const { code, out, err } = facec(args);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(said);
  });

  test.each([
    [["frob", "--json"], 2],
    [["run", "--json"], 2],
    [["run", "a.face", "--epochs", "x", "--json"], 2],
    [["check", "a.face", "--jsno", "--json"], 2],
    [["run", "missing.face", "--json"], 2],
    [["check", ".", "--json"], 2],
    [["run", "a.face", "--json", "--out", "a.face"], 2],
    [["explain", "a.face", "toy", "--json"], 2],
    [["table", "wrong.face", "--json"], 1],
  ])("prints one JSON document where something is wrong too: %j", (args, wanted) => {
    const folder = folderWith({ "a.face": tiny, "wrong.face": "loss a = nothing" });
    const { code, out } = facec(args, { cwd: folder });
    expect(code).toBe(wanted);
    const found: unknown = JSON.parse(out);
    const list = args[0] === "check" ? found : (found as { diagnostics: unknown }).diagnostics;
    expect(list).toEqual([expect.objectContaining({ severity: "error" })]);
  });

  test("has no colour where standard error is no terminal", () => {
    const folder = folderWith({ "a.face": "loss a = nothing" });
    expect(facec(["check", "a.face"], { cwd: folder }).err).not.toContain("\u001b[");
  });
});

describe("facec build", () => {
  test("writes a program for each training and table", () => {
    const folder = folderWith({ "a.face": tiny });
    expect(facec(["build", "a.face", "-o", "out"], { cwd: folder })).toEqual({ code: 0, out: "out/small.ts\nout/losses.ts\n", err: "" });
    expect(readFileSync(join(folder, "out", "losses.ts"), "utf8")).toContain("await table({");
  });

  test("says which folder it cannot write into, as a mistake of the user", () => {
    const folder = folderWith({ "a.face": tiny });
    const { code, err } = facec(["build", "a.face", "-o", "a.face"], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toContain("error[path-refused]");
  });

  test.each(["ast", "plan", "improve"])("prints %s as JSON", (phase) => {
    const folder = folderWith({ "a.face": tiny });
    const { code, out } = facec(["build", "a.face", "--print", phase], { cwd: folder });
    expect(code).toBe(0);
    expect(typeof JSON.parse(out)).toBe("object");
  });

  test.each([
    ["cst", 'word "small"'],
    ["bound", "softmax -> loss at std.losses:"],
    ["typed", "schedule flat"],
  ])("prints %s as text", (phase, said) => {
    const folder = folderWith({ "a.face": tiny });
    const { code, out } = facec(["build", "a.face", "--print", phase], { cwd: folder });
    expect(code).toBe(0);
    expect(out.toLowerCase()).toContain(said.toLowerCase());
  });

  test("names the phases where another is asked for", () => {
    const folder = folderWith({ "a.face": tiny });
    const { code, err } = facec(["build", "a.face", "--print", "imrpove"], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toContain("Did you mean improve?");
  });

  test("writes nothing for a spec with a mistake", () => {
    const folder = folderWith({ "a.face": tiny.replace("loss softmax", "loss softmaxx") });
    const { code, out } = facec(["build", "a.face", "-o", "out"], { cwd: folder });
    expect(code).toBe(1);
    expect(out).toBe("");
  });
});

describe("facec fmt", () => {
  const untidy = "schedule   flat( rate )=rate // kept\n";

  test("puts a file into the one layout, and then leaves it", () => {
    const folder = folderWith({ "a.face": untidy });
    expect(facec(["fmt", "--check", "a.face"], { cwd: folder }).code).toBe(1);
    expect(readFileSync(join(folder, "a.face"), "utf8")).toBe(untidy);
    expect(facec(["fmt", "a.face"], { cwd: folder }).code).toBe(0);
    expect(readFileSync(join(folder, "a.face"), "utf8")).toBe("schedule flat(rate) = rate  // kept\n");
    expect(facec(["fmt", "--check", "a.face"], { cwd: folder })).toEqual({ code: 0, out: "", err: "" });
  });

  test.skipIf(process.platform === "win32")("keeps a link and who may read the file", () => {
    const folder = folderWith({ "a.face": untidy });
    chmodSync(join(folder, "a.face"), 0o640);
    symlinkSync("a.face", join(folder, "link.face"));
    expect(facec(["fmt", "link.face"], { cwd: folder }).code).toBe(0);
    expect(lstatSync(join(folder, "link.face")).isSymbolicLink()).toBe(true);
    expect(statSync(join(folder, "a.face")).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(folder, "a.face"), "utf8")).toBe("schedule flat(rate) = rate  // kept\n");
  });

  test("leaves a file alone that it cannot read in full", () => {
    const broken = "schedule flat( = 1\n";
    const folder = folderWith({ "a.face": broken });
    expect(facec(["fmt", "a.face"], { cwd: folder }).code).toBe(1);
    expect(readFileSync(join(folder, "a.face"), "utf8")).toBe(broken);
  });
});

describe("facec explain", () => {
  test("gives ResNet-50 the parameters and multiply-adds that torchvision has", () => {
    const args = ["explain", "std.backbones", "ResNet50", "--set", "features=1000", "--input", "224x224x3", "--json"];
    const { code, out } = facec(args);
    const found: { layers: { parameters: number; multiply_adds: number }[]; [key: string]: unknown } = JSON.parse(out);
    expect(code).toBe(0);
    // torchvision.models.resnet50: 25,557,032 parameters, 4.09 GFLOPS (multiply-adds).
    expect(found).toMatchObject({ input: [224, 224, 3], parameters: 25_557_032, frozen: 0, output: [1000] });
    expect(Number(found.multiply_adds) / 1e9).toBeCloseTo(4.09, 2);
    expect(found.layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(25_557_032);
    expect(found.layers.reduce((sum, layer) => sum + layer.multiply_adds, 0)).toBe(found.multiply_adds);
  });

  test("shows a loss with its stable form, its gradient and the rules", () => {
    const { code, out } = facec(["explain", "std.losses", "softmax"]);
    expect(code).toBe(0);
    expect(out).toContain("logSumExp(z over class) - z[y]");
    expect(out).toContain("rules that fired");
  });

  test("shows a training with its precision and the memory of a step", () => {
    const folder = folderWith({ "a.face": tiny, "b.face": tiny.replace("epochs 2", "epochs 2; precision bfloat16") });
    const [long, short] = ["a.face", "b.face"].map((file) => JSON.parse(facec(["explain", file, "small", "--json"], { cwd: folder }).out));
    // 8 x 8 maps after the pool: 64 x 8 weights and 8 biases; W of 8 classes and its bias; each with its moment.
    expect(long).toMatchObject({ precision: "float32", classes: 8, parameters: 520, variable_bytes: 4 * 2 * (520 + 64 + 8) });
    expect(short).toMatchObject({ precision: "bfloat16", variable_bytes: long.variable_bytes });
    expect(long.step_bytes.portable).toBeGreaterThan(long.variable_bytes);
    expect(short.step_bytes).toEqual({ native: expect.any(Number), portable: null });
    expect(short.step_bytes.native).toBeGreaterThan(short.variable_bytes);
    expect(facec(["explain", "b.face", "small"], { cwd: folder }).out).toMatch(/precision bfloat16\n {2}memory .* alive at once in a step/);
  });

  test("says what does not fit another input", () => {
    const { code, err } = facec(["explain", "std.backbones", "ResNet50", "--input", "112x112"]);
    expect(code).toBe(2);
    expect(err).toContain("size-wrong");
  });

  test("prints the help of a diagnostic, and the nearest code where there is none", () => {
    expect(facec(["explain", "not-finite"])).toMatchObject({ code: 0, out: expect.stringContaining("error[not-finite]") });
    expect(facec(["explain", "not-finit"])).toMatchObject({ code: 2, err: expect.stringContaining("Did you mean not-finite?") });
  });

  test("names what the file has where the name is unknown", () => {
    const { code, err } = facec(["explain", "std.losses", "arcfase"]);
    expect(code).toBe(2);
    expect(err).toContain("Did you mean arcface?");
  });
});

describe("facec probe", () => {
  // Two classes, one feature: z = [x, -x], so the loss of a sample of class 0 is log(1 + exp(-2x)).
  const values = { x: [[0.5], [2]], W: [[1, -1]], b: [0, 0], y: [0, 1] };
  const charged = [Math.log1p(Math.exp(-1)), Math.log1p(Math.exp(4))];

  test("agrees with the mathematics, compiled and by reference", () => {
    const folder = folderWith({ "v.json": JSON.stringify(values) });
    const { code, out, err } = facec(["probe", "std.losses", "softmax", "--input", "v.json", "--backend", "cpu", "--json"], {
      cwd: folder,
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const found: {
      compiled: { per_sample: number[] };
      reference: { per_sample: number[]; loss: number; weights: null; gradients: Record<string, unknown> };
      max_relative_difference: number;
      max_transposed_difference: number;
    } = JSON.parse(out);
    for (const [i, value] of charged.entries()) {
      expect(found.reference.per_sample[i]).toBeCloseTo(value, 12);
      expect(found.compiled.per_sample[i]).toBeCloseTo(value, 5);
    }
    expect(found.reference.loss).toBeCloseTo(((charged[0] ?? 0) + (charged[1] ?? 0)) / 2, 12);
    expect(found.reference.weights).toBeNull();
    expect(Object.keys(found.reference.gradients).sort()).toEqual(["W", "b", "x"]);
    expect(found.max_relative_difference).toBeLessThan(1e-5);
    expect(found.max_transposed_difference).toBeLessThan(1e-5);
  });

  test.each(["csoftmax", "csoftmax_normalised", "arcface_straight"])(
    "%s: the emitted value has the gradient that is stated beside it",
    (name) => {
      const folder = folderWith({
        "v.json": JSON.stringify({
          x: [
            [0.5, -1],
            [2, 0.3],
          ],
          W: [
            [1, -1, 0.2],
            [0.4, 0.1, 2],
          ],
          b: [0, 0.1, 0],
          y: [0, 2],
        }),
      });
      const { out, err } = facec(["probe", "std.losses", name, "--input", "v.json", "--backend", "cpu", "--json"], { cwd: folder });
      expect(err).toBe("");
      const found: { max_relative_difference: number; max_transposed_difference: number } = JSON.parse(out);
      expect(found.max_relative_difference).toBeLessThan(1e-5);
      expect(found.max_transposed_difference).toBeLessThan(1e-5);
    },
  );

  test("gives parameters other values", () => {
    const folder = folderWith({ "v.json": JSON.stringify(values) });
    const loss = (s: string): number => {
      const { out } = facec(
        ["probe", "std.losses", "normface_fixed", "--set", `s=${s}`, "--input", "v.json", "--backend", "cpu", "--json"],
        { cwd: folder },
      );
      const found: { reference: { per_sample: number[] } } = JSON.parse(out);
      return found.reference.per_sample[0] ?? Number.NaN;
    };
    // The cosines are 1 and -1.
    expect(loss("1")).toBeCloseTo(Math.log1p(Math.exp(-2)), 9);
    expect(loss("3")).toBeCloseTo(Math.log1p(Math.exp(-6)), 9);
  });

  test.each([
    ["not JSON", "{", "JSON"],
    ["labels outside", JSON.stringify({ ...values, y: [0, 2] }), "class 2"],
    ["rows of unlike length", JSON.stringify({ ...values, x: [[1], [1, 2]] }), "all rows of one length"],
    [
      "W for other features",
      JSON.stringify({
        ...values,
        W: [
          [1, 2],
          [3, 4],
        ],
      }),
      "[features][classes]",
    ],
  ])("refuses %s", (_, text, said) => {
    const folder = folderWith({ "v.json": text });
    const { code, err } = facec(["probe", "std.losses", "softmax", "--input", "v.json"], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toContain(said);
  });
});

describe("facec data and backends", () => {
  test("report on a drawn data set", () => {
    const folder = folderWith({ "a.face": tiny });
    const { code, out } = facec(["data", "a.face", "--json"], { cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ name: "toy", identities: 12, images: 48, unreadable: [] });
  });

  test("say that a folder is missing with exit code 1, for the data is wrong and not the command", () => {
    const text = tiny.replace("synthetic(identities = 12, images = 4, seed = 7)", 'folder("nowhere")');
    const folder = folderWith({ "a.face": text });
    expect(facec(["data", "a.face"], { cwd: folder, env: { FACEC_DATA: "" } })).toMatchObject({
      code: 1,
      err: expect.stringContaining("nowhere"),
    });
  });

  test("list what can compute here", () => {
    const { code, out } = facec(["backends", "--json"]);
    const found: { name: string; usable: boolean; note: string; mend: string | null }[] = JSON.parse(out);
    expect(code).toBe(0);
    expect(found.map((each) => each.name)).toEqual(["gpu", "node", "webgpu", "wasm", "cpu"]);
    expect(found.find((each) => each.name === "wasm")?.usable).toBe(true);
    expect(found.find((each) => each.name === "node")).toMatchObject({ usable: false, mend: "facec backends install" });
    expect(facec(["backends"]).out).toContain("Mend: facec backends install.");
  });
});
