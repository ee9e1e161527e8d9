/** A result in the format that the command line asks for. */
import type { Options } from "../experiment.js";
import { csvOf, htmlTable, latexOf, markdownOf } from "./format/formats.js";
import { textOf } from "./format/text.js";
import type { TableResult } from "./result.js";
import { sheetOf } from "./sheet.js";

/** `terminal`: whether the text goes to one; only then is it drawn with boxes and bold figures. */
export function printed(result: TableResult, format: Options["format"], terminal: boolean): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(result, null, 2)}\n`;
    case "csv":
      return csvOf(result);
    case "md":
      return markdownOf(sheetOf(result));
    case "latex":
      return latexOf(sheetOf(result));
    case "html":
      return `${htmlTable(sheetOf(result))}\n`;
    case "text":
      return textOf(sheetOf(result), terminal);
  }
}
