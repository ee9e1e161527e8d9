import { pool } from "./pool.js";

export const maxpoolLayer = pool("maxpool", "Largest value of each window, channel by channel.");
