import { describe, it } from "vitest";
import { comesThroughKills } from "./killed.js";

describe.each(["cpu", "wasm"])("killed on %s", (backend) => {
  it("ends with the same weights and metrics", { timeout: 240_000 }, () => comesThroughKills(backend));
});
