/** precision bfloat16 on the native library: the same bits as a graph and kernel by kernel, near float32, and it learns. */
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Backend } from "../../../src/runtime/kernels/kernel.js";
import { avgpool, bn, conv, dense, flatten, globalpool, maxpool, prelu, relu, residual } from "../../../src/runtime/layers/index.js";
import { embeddingStep, trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { loadBackend } from "../../../src/runtime/train/backend.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { ownProtocols, prepare } from "../../../src/runtime/train/prepare.js";
import { run } from "../../../src/runtime/train/run.js";
import { emulated, precision } from "../../runtime/bfloat16.js";
import { tiny } from "../../runtime/experiment.js";
import { at, backends, classes, feeds, losses, small, trainingOf } from "../../runtime/step/fixture.js";
import { temporaryFolder } from "../../runtime/temporary.js";
import { describeNative, isInstalled } from "./native.js";

const native: Backend | null = isInstalled ? await loadBackend("node") : null;

function opened(): Backend {
  if (native === null) throw new Error("the native library is not installed");
  return native;
}

const net = (layers: typeof small) => ({ name: "net", input: [8, 7, 1] as const, layers, at });
const pools = [
  conv({ kernel: 3, filters: 8, bias: "yes" }, at),
  bn({}, at),
  relu({}, at),
  avgpool({}, at),
  residual([conv({ kernel: 3, filters: 8 }), bn(), prelu()], at),
  maxpool({}, at),
  globalpool({}, at),
  dense({ features: 16 }, at),
  bn({}, at),
  prelu({}, at),
  dense({ features: 5 }, at),
];
const trainings = {
  "conv, bn, prelu, max pool, residual, dropout, clipping": trainingOf({ precision: "bfloat16" }),
  "all pools, biases, bn and prelu of features": trainingOf({ backbone: net(pools), precision: "bfloat16", clip: null }),
  "dense layers alone": trainingOf({
    backbone: net([flatten(), dense({ features: 16 }), relu(), dense({ features: 5 })]),
    precision: "bfloat16",
  }),
};
type Name = keyof typeof trainings;
const names = Object.keys(trainings) as Name[];

async function trained(step: Step, steps: number, eager: boolean) {
  const runner = createRunner(step, opened(), { eager });
  runner.load(initialValues(step.variables, 1));
  const outputs: Record<string, Float32Array>[] = [];
  for (let i = 0; i < steps; i++) outputs.push(await runner.run(feeds(i)));
  const state = await runner.save();
  runner.dispose();
  return { outputs, state };
}

describeNative("a training step in bfloat16 on the native library", () => {
  it.each(names)("is the same bits as a graph and kernel by kernel: %s", async (name) => {
    const step = trainingStep(trainings[name], classes);
    const [graph, eager] = [await trained(step, 6, false), await trained(step, 6, true)];
    expect(graph.outputs).toEqual(eager.outputs);
    expect(graph.state).toEqual(eager.state);
    expect(new Set(graph.outputs.map(({ loss }) => loss?.[0])).size).toBe(6);
  });

  it.each(names)("stays near float32, and near float32 that is rounded after each kernel: %s", async (name) => {
    const training = trainings[name];
    const found = await losses(training, opened(), 8);
    const others = [
      ["float32", await losses({ ...training, precision: "float32" }, opened(), 8)],
      ["rounded", await losses(training, emulated(backends.cpu), 8)],
    ] as const;
    for (const [other, expected] of others) {
      expect(found).not.toEqual(expected);
      found.forEach((loss, i) => {
        const wanted = expected[i] ?? Number.NaN;
        expect(Math.abs(loss - wanted), `step ${i}: ${loss}, ${wanted} in ${other}`).toBeLessThan(4 * precision * wanted);
      });
    }
  });

  it("goes on from saved variables as if nothing had happened: nothing of bfloat16 outlives a step", async () => {
    const step = trainingStep(trainings[names[0] ?? "dense layers alone"], classes);
    const whole = await trained(step, 4, false);
    const [first, second] = [createRunner(step, opened()), createRunner(step, opened())];
    first.load(initialValues(step.variables, 1));
    for (let i = 0; i < 2; i++) await first.run(feeds(i));
    second.load(await first.save());
    for (let i = 2; i < 4; i++) expect(await second.run(feeds(i))).toEqual(whole.outputs[i]);
    expect(await second.save()).toEqual(whole.state);
    for (const runner of [first, second]) runner.dispose();
  });

  it("embeds as a graph and kernel by kernel alike, near float32", async () => {
    const state = initialValues(trainingStep(trainingOf(), classes).variables, 3);
    const embedded = async (each: "float32" | "bfloat16", eager: boolean): Promise<Float32Array> => {
      const runner = createRunner(embeddingStep(net(small), 6, each), opened(), { eager });
      runner.load(new Map([...state].map(([name, values]) => [name.replace(/^small/, "net"), values])));
      const { embeddings } = await runner.run({ images: feeds(1).images });
      runner.dispose();
      return embeddings ?? new Float32Array();
    };
    const [short, long] = [await embedded("bfloat16", false), await embedded("float32", false)];
    expect(await embedded("bfloat16", true)).toEqual(short);
    expect(short).not.toEqual(long);
    const largest = Math.max(...long.map(Math.abs));
    short.forEach((value, i) => {
      expect(Math.abs(value - (long[i] ?? Number.NaN))).toBeLessThan(4 * precision * largest);
    });
  });

  it("learns to tell drawn faces apart, in bits that are the same at the next run", { timeout: 120_000 }, async () => {
    const training = { ...tiny, precision: "bfloat16", epochs: 30 } as const;
    const options = { seed: training.seed, data: null, beside: "." };
    const backend = opened();
    const trainedOnce = async (folder: string) => {
      const prepared = await prepare(training, ownProtocols(training), options, { library: backend.library, threads: backend.threads });
      const listener = { begins() {}, step() {}, evaluation() {}, judging() {} };
      return run(prepared, { folder, resume: false, backend, options, listener, stopped: () => false, workers: 0 });
    };
    const [first, second] = [await trainedOnce(join(temporaryFolder(), "a")), await trainedOnce(join(temporaryFolder(), "b"))];
    expect(second?.final).toEqual(first?.final);
    expect(second?.evaluations).toEqual(first?.evaluations);
    const [judged] = first?.evaluations ?? [];
    expect(first?.ingredients["the precision"]).toBe("bfloat16");
    expect(first?.final?.loss).toBeLessThan(0.2 * Math.log(6)); // of six identities none is known at the start
    expect(judged?.trained.accuracy).toBeGreaterThan(judged?.untrained.accuracy ?? 1);
  });
});
