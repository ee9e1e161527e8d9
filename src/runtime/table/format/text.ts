/** The table for a terminal. */
import Table from "cli-table3";
import pc from "picocolors";
import type { Sheet } from "../sheet.js";
import { plain } from "./escape.js";

/** Lines drawn with box characters and bold figures on a terminal; plain ASCII and a star behind the best elsewhere. */
export function textOf(sheet: Sheet, terminal: boolean): string {
  const { bold } = pc.createColors(terminal && (process.env.NO_COLOR ?? "") === "");
  const mark = (entry: Sheet["lines"][number]["entries"][number]) => {
    const text = plain(entry.text);
    if (!entry.bold) return text;
    return terminal ? `${bold(text)} *` : `${text} *`;
  };
  const table = new Table({
    head: ["", ...sheet.header.map(plain)],
    style: { head: [], border: [], compact: true },
    ...(terminal ? {} : { chars: ascii }),
  });
  for (const line of sheet.lines) table.push([plain(line.label), ...line.entries.map(mark)]);
  const best = sheet.lines.some(({ entries }) => entries.some((entry) => entry.bold)) ? ["* best of its column"] : [];
  return [plain(sheet.title), "", table.toString(), "", ...sheet.notes.map(plain), ...best, ""].join("\n");
}

const ascii = {
  top: "-",
  "top-mid": "-",
  "top-left": "-",
  "top-right": "-",
  bottom: "-",
  "bottom-mid": "-",
  "bottom-left": "-",
  "bottom-right": "-",
  left: "|",
  "left-mid": "|",
  mid: "-",
  "mid-mid": "-",
  right: "|",
  "right-mid": "|",
  middle: "|",
};
