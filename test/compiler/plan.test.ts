import { compile } from "../../src/compiler/compile.js";
import { nodeHost } from "../../src/compiler/host.js";
import { goldenErrors } from "../golden.js";
import { check } from "./check.js";

goldenErrors("plan", {
  check,
  cases: {
    "set-unknown": () => compile(nodeHost(), "std.losses", { set: { marign: "0.4" } }).diagnostics,
    "set-value": () => compile(nodeHost(), "std.losses", { set: { "cosface.m": "margin" } }).diagnostics,
    "set-unreadable": () => compile(nodeHost(), "std.losses", { set: { "cosface.m": "0.4 0.5" } }).diagnostics,
  },
});
