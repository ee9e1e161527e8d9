import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import { drawPairs } from "../../../src/runtime/evaluate/pairs.js";
import type { Table } from "../../../src/runtime/experiment.js";
import { selection } from "../../../src/runtime/table/grid.js";
import { readRecord } from "../../../src/runtime/train/record.js";
import { goldenErrors } from "../../golden.js";
import { tiny, tinyTable } from "../experiment.js";

const table: Table = { ...tinyTable, run: () => tiny };
const [cell] = table.cells;

goldenErrors("table", {
  cases: {
    "only-row": () => selection(table, "sofmax,,1"),
    "only-seed": () => selection(table, ",,7"),
    "pairs-too-few": () => cell && drawPairs([0, 0, 1, 1, 2], cell.protocol),
    "pairs-not-balanced": () => cell && drawPairs([0, 0, 0, 0, 1], cell.protocol),
    "store-broken": () => {
      const folder = mkdtempSync(join(tmpdir(), "facec-"));
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "run.json"), '{"name": "qu');
        return readRecord(folder);
      } catch (error) {
        if (!(error instanceof FaceError)) throw error;
        return error.diagnostics.map((found) => ({ ...found, place: { path: basename("run.json") } }));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
});
