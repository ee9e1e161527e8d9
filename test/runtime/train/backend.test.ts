import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { defaultOptions } from "../../../src/runtime/options.js";
import { jobsFor, remarkOnJobs, tableBackend } from "../../../src/runtime/table/backend.js";
import { chosenBackend, remarksOn } from "../../../src/runtime/train/backend.js";

const none = { backend: "auto", threads: null } as const;
const cores = availableParallelism();

describe("the backend of a training", () => {
  it("is wasm where nothing faster is installed, and that is said in one line", () => {
    const chosen = chosenBackend(none);
    expect(chosen).toMatchObject({ name: "wasm", threads: 1 });
    expect(remarksOn(chosen, none)).toEqual([expect.stringContaining("facec backends install")]);
    expect(remarksOn(chosen, { ...none, backend: "wasm" })).toEqual([]);
  });

  it("says that threads were asked for in vain", () => {
    for (const backend of ["wasm", "cpu"] as const) {
      const wanted = { backend, threads: 4 };
      expect(remarksOn(chosenBackend(wanted), wanted)).toEqual([`${backend} computes on one thread; --threads 4 changes nothing.`]);
      expect(remarksOn(chosenBackend(wanted), { backend, threads: 1 })).toEqual([]);
    }
  });
});

describe("the backend of a table", () => {
  const options = { ...defaultOptions("."), backend: "cpu" } as const;

  it("does not depend on --jobs", () => {
    expect(tableBackend({ ...options, jobs: 1 })).toEqual(tableBackend({ ...options, jobs: 7 }));
  });

  it("lets as many runs train at a time as have cores of their own, and says when more do", () => {
    const chosen = { name: "node", library: "", threads: cores } as const;
    expect(jobsFor(chosen)).toBe(1);
    expect(jobsFor({ ...chosen, threads: 1 })).toBe(cores);
    expect(remarkOnJobs(chosen, 1)).toBeNull();
    expect(remarkOnJobs({ ...chosen, threads: 1 }, 2 * cores)).toBeNull();
    expect(remarkOnJobs({ ...chosen, threads: 2 }, cores)).toContain("--threads 1 fits");
  });
});
