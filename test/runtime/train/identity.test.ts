import { describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import type { Training } from "../../../src/runtime/experiment.js";
import { backendIdentities, loadBackend } from "../../../src/runtime/train/backend.js";
import { difference, type Judged } from "../../../src/runtime/train/identity.js";
import { epochsOver, paceOf, progressAt } from "../../../src/runtime/train/pace.js";
import { ownProtocols, prepare } from "../../../src/runtime/train/prepare.js";
import { version } from "../../../src/runtime/version.js";
import { plain, tiny } from "../experiment.js";

const options = { seed: 2, data: null, beside: ".", cacheBytes: 0 };
const prepared = (training: Training, judged: readonly Judged[] = ownProtocols(training), seed = 2, backend = backendIdentities.cpu) =>
  prepare(training, judged, { ...options, seed }, backend);

describe("the key of a run", () => {
  it("changes with everything that decides its numbers", async () => {
    const { dataset } = tiny.data;
    const evaluate = tiny.evaluate;
    if (evaluate === null) throw new Error("the experiment evaluates");
    const data = (change: Partial<typeof dataset>) => ({ ...tiny, data: { ...tiny.data, dataset: { ...dataset, ...change } } });
    const others: Record<string, Promise<{ key: string }>> = {
      loss: prepared({ ...tiny, loss: plain }),
      rate: prepared({ ...tiny, schedule: (t) => tiny.schedule(t) * (t.step === 20 ? 1.0000001 : 1) }),
      epochs: prepared({ ...tiny, epochs: 7 }),
      batch: prepared({ ...tiny, batch: 9 }),
      clip: prepared({ ...tiny, clip: null }),
      momentum: prepared({ ...tiny, optimizer: { ...tiny.optimizer, args: { momentum: 0.8 } } }),
      layer: prepared({ ...tiny, backbone: { ...tiny.backbone, layers: tiny.backbone.layers.slice(1) } }),
      scale: prepared(data({ scale: (v) => (v === 255 ? 0 : dataset.scale(v)) })),
      augment: prepared(data({ augment: [] })),
      split: prepared(data({ split: { parts: { train: 6, validation: 4, test: 4 }, seed: 1 } })),
      every: prepared({ ...tiny, evaluate: { ...evaluate, every: 2 } }),
      folds: prepared({ ...tiny, evaluate: { ...evaluate, protocol: { ...evaluate.protocol, folds: 4 } } }),
      protocols: prepared(tiny, []),
      seed: prepared(tiny, ownProtocols(tiny), 3),
      backend: prepared(tiny, ownProtocols(tiny), 2, backendIdentities.wasm),
      threads: prepared(tiny, ownProtocols(tiny), 2, { ...backendIdentities.cpu, threads: 2 }),
    };
    const keys = new Map<string, string>([["same", (await prepared(tiny)).key]]);
    for (const [name, other] of Object.entries(others)) keys.set(name, (await other).key);
    expect(new Set(keys.values()).size, [...keys].join("\n")).toBe(keys.size);
  });

  it("does not change with names, lines or where the program lies", async () => {
    const moved = {
      ...tiny,
      name: "other",
      at: { file: "elsewhere.face", line: 99 },
      backbone: { ...tiny.backbone, layers: tiny.backbone.layers.map((layer) => ({ ...layer, at: { file: "x", line: 1 } })) },
      loss: { ...tiny.loss, at: { file: "x", line: 2 } },
    };
    expect((await prepared(moved)).key).toBe((await prepared(tiny)).key);
  });

  it("says in words what differs", async () => {
    const here = (await prepared(tiny)).ingredients;
    expect(difference(here, here)).toBeNull();
    expect(difference((await prepared(tiny, ownProtocols(tiny), 3)).ingredients, here)).toBe("the seed is 3 there and 2 here");
    expect(difference((await prepared({ ...tiny, loss: plain })).ingredients, here)).toBe("the training step differs");
  });

  it("names the backend as the backend names itself", async () => {
    for (const name of ["cpu", "wasm"] as const) expect((await loadBackend(name)).library).toBe(backendIdentities[name].library);
    expect(version).toBe(packageJson.version);
  });
});

describe("the pace of a run", () => {
  it("counts epochs in images seen", () => {
    const pace = paceOf(90, 32, 4);
    expect(pace.steps).toBe(11); // 360 images, 11 whole batches
    expect(progressAt(pace, 0)).toEqual({ epoch: 0, step: 0, progress: 0 });
    expect(progressAt(pace, 3).epoch).toBeCloseTo(96 / 90, 12);
    expect(Array.from({ length: 12 }, (_, done) => epochsOver(pace, done))).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4]);
  });
});
