import { describe, expect, it } from "vitest";
import type { Table } from "../../../src/runtime/experiment.js";
import { gridOf, judgedOf, selection } from "../../../src/runtime/table/grid.js";
import { tiny, tinyTable } from "../experiment.js";

const table: Table = {
  ...tinyTable,
  rows: [
    ["softmax", 1],
    ["scaled, twice", 2],
    ["2", 3],
  ],
  columns: [
    ["a", 1],
    ["b,c", 2],
  ],
  run: () => tiny,
};

const picked = (only: string | null) =>
  gridOf(table, null, null)
    .filter(selection(table, only))
    .map(({ row, column, seed }) => `${row}${column}${seed}`);

describe("the grid", () => {
  it("has every row, column and seed", () => {
    expect(picked(null)).toHaveLength(3 * 2 * 2);
    expect(gridOf(table, 3, null)[1]?.training).toMatchObject({ epochs: 3, seed: 2 });
    expect(gridOf(table, null, 9).map(({ training }) => training.seed)).toEqual([9, 9, 9, 9, 9, 9]);
  });
  it("asks each protocol once", () => {
    const [cell] = table.cells;
    if (cell === undefined) throw new Error("the table has a cell");
    const twice = { ...table, cells: [cell, { ...cell, measure: { kind: "auc" } as const }] };
    expect(judgedOf(twice)).toEqual([{ protocol: cell.protocol, measures: [{ kind: "accuracy" }, { kind: "auc" }] }]);
  });
});

describe("--only", () => {
  it("takes labels, numbers and nothing", () => {
    expect(picked(",,1")).toEqual(["001", "011", "101", "111", "201", "211"]);
    expect(picked("softmax,a,2")).toEqual(["002"]);
    expect(picked("1,1,2")).toEqual(["002"]);
    expect(picked("softmax")).toEqual(["001", "002", "011", "012"]);
    expect(picked(" softmax , 1 , ")).toEqual(["001", "002"]);
  });
  it("takes labels that hold commas or look like numbers", () => {
    expect(picked("scaled, twice,b,c,1")).toEqual(["111"]);
    expect(picked("2,,1")).toEqual(["201", "211"]);
  });
  it("names what is unknown and what is near", () => {
    expect(() => selection(table, "softmx,,1")).toThrow(/softmx/);
    expect(() => selection(table, ",d,1")).toThrow(/no column/);
    expect(() => selection(table, ",,7")).toThrow(/no seed/);
  });
});
