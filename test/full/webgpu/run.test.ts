/** The built command on webgpu, as a user has it: without a GPU, on a software driver, and where there is no driver. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunRecord } from "../../../src/runtime/train/record.js";
import { facec, folderWith, tiny } from "../../cli/facec.js";
import { prepareVulkan } from "./vulkan.js";

const missing = prepareVulkan();
/** Every part of a network that has kernels of its own, on drawn faces. */
const spec = tiny
  .replace("avgpool(2x2)\n  flatten", "conv(3x3, 8); bn; prelu; maxpool(2x2)\n  residual { conv(3x3, 8); bn }\n  flatten; dropout(20%)")
  .replace("epochs 2", "epochs 2; clip 5; evaluate pairs(toy.test)");

if (missing !== null) it.skip(missing);
else {
  describe("facec on webgpu", () => {
    it("lists the device, and auto leaves a software one alone", () => {
      const { code, out } = facec(["backends", "--json"]);
      expect(code).toBe(0);
      const rows: { name: string; usable: boolean; device: string | null; auto: boolean }[] = JSON.parse(out);
      expect(rows.find(({ name }) => name === "webgpu")).toMatchObject({ usable: true, auto: false });
    });

    it("trains to what cpu trains to, and ends by itself", () => {
      const folder = folderWith({ "tiny.face": spec });
      const [cpu, webgpu] = ["cpu", "webgpu"].map((backend): RunRecord => {
        const out = join(folder, backend);
        const { code, err } = facec(["run", "tiny.face", "small", "--backend", backend, "--out", out], { cwd: folder });
        expect(code, err).toBe(0);
        return JSON.parse(readFileSync(join(out, "run.json"), "utf8"));
      });
      expect(webgpu?.backend).toMatchObject({ name: "webgpu", threads: 1 });
      const [expected, found] = [cpu?.final?.loss ?? Number.NaN, webgpu?.final?.loss ?? Number.NaN];
      expect(Math.abs(found / expected - 1)).toBeLessThan(1e-4);
      const accuracies = [cpu, webgpu].map((record) => record?.evaluations.map(({ trained }) => trained.accuracy));
      expect(accuracies[1]).toEqual(accuracies[0]);
    });

    it("says what is missing where no driver is", () => {
      const folder = folderWith({ "tiny.face": spec });
      const env = { VK_DRIVER_FILES: join(folder, "nothing.json") };
      const { code, err } = facec(["run", "tiny.face", "small", "--backend", "webgpu", "--out", join(folder, "out")], { cwd: folder, env });
      expect(code).toBe(2);
      expect(err).toContain("backend-unavailable");
      expect(err).toContain("Vulkan driver");
    });
  });
}
