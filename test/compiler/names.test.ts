import { goldenErrors } from "../golden.js";
import { check } from "./check.js";

goldenErrors("names", { check, cases: { "spec-not-found": () => check("nowhere.face") } });
