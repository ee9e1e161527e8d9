import { goldenErrors } from "../golden.js";
import { check } from "./check.js";

goldenErrors("network", { check });
