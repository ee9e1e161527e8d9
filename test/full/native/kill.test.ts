import { it } from "vitest";
import { comesThroughKills } from "../killed.js";
import { describeNative } from "./native.js";

describeNative("killed on node", () => {
  it("ends with the same weights and metrics", { timeout: 240_000 }, () => comesThroughKills("node"));
});
