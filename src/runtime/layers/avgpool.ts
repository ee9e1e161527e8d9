import { pool } from "./pool.js";

export const avgpoolLayer = pool("avgpool", "Mean of each window, channel by channel; padding does not count.");
