/** A finished run in words for a terminal. */
import type { Evaluation, Figures } from "../evaluate/evaluate.js";
import { duration, printable, short } from "../words.js";
import type { RunRecord } from "./record.js";

export function runText(record: RunRecord, folder: string): string {
  const { final, best, timing, backend } = record;
  const lines = [
    `${record.name}: ${record.steps} steps in ${duration(timing.seconds)}, ${short(timing.images_per_second)} images/s on ${backend.name}` +
      (final === null ? "" : `, last loss ${short(final.loss)}`),
    ...(best === null ? [] : [`Kept the weights after epoch ${short(best.epoch)} (validation accuracy ${percent(best.accuracy)}).`]),
    ...record.evaluations.flatMap(evaluationLines),
    `Written to ${folder}`,
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

function evaluationLines(evaluation: Evaluation): string[] {
  const line = (name: string, { accuracy, auc, eer }: Figures) =>
    `  ${name.padEnd(10)}  ${percent(accuracy)}  AUC ${auc.toFixed(4)}  EER ${percent(eer)}`;
  return [
    `Accuracy by ${evaluation.protocol}:`,
    line("trained", evaluation.trained),
    line("untrained", evaluation.untrained),
    line("raw pixels", evaluation.pixels),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
