import { error } from "../message.js";

/** What a table reports about its grid and its store. */
export const tableMessages = {
  "only-unknown": error(
    (p: { part: string; said: string; known: readonly string[]; close: string | null }) => ({
      title: `The table has no such ${p.part}`,
      text: `--only takes ROW,COLUMN,SEED, each a label or a number from 1 (a seed: the seed itself), or nothing for all; "${p.said}" is no ${p.part} of the table, which has ${p.known.join(", ")}.`,
      ...(p.close === null ? {} : { hint: `Did you mean "${p.close}"?` }),
    }),
    "`--only ROW,COLUMN,SEED` picks runs of the grid: `--only softmax,,1` is row softmax, every column, seed 1. An empty part stands for all.",
  ),
  "pairs-too-few": error(
    (p: { why: string }) => ({
      title: "The protocol cannot be drawn from this data",
      text: `pairs(...) compares all pairs of the same identity with as many pairs of different ones, in folds that each hold both; ${p.why}.`,
      hint: "Give the part more identities with two or more images each, or ask for fewer folds.",
    }),
    "`pairs(S)` needs at least one same pair for each fold and at least as many different pairs as same pairs.",
  ),
  "store-broken": error(
    (p: { why: string }) => ({
      title: "A finished run of the store cannot be read",
      text: `The table reads figures of finished runs from their run.json; ${p.why}.`,
      hint: "Remove this folder; the run is then trained again.",
    }),
    "A finished run is a folder named by its key that was published whole. A file in it was changed, cut or removed later.",
  ),
} as const;
