/** What every group of measurements is to the command. */
import type { Bundle } from "../measure/bundle.js";
import type { Row } from "../measure/results.js";

export interface Settings {
  readonly rounds: number;
  readonly threads: number;
  readonly bundle: () => Promise<Bundle>;
  readonly tell: (text: string) => void;
}

export interface Group {
  readonly name: string;
  readonly title: string;
  /** Names of its rows, in the order in which they are measured. */
  readonly rows: readonly string[];
  measure(row: string, settings: Settings): Promise<Row>;
}
