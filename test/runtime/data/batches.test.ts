import { it } from "vitest";
it("x", async () => { console.log(import.meta.resolve("tsx/esm/api")); });
