/** Training curves as SVG, drawn without a browser. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { isEvaluation, type MetricsLine } from "../../train/metrics.js";

/** The curves of one run: its seed and what metrics.jsonl holds. */
export interface Curve {
  readonly seed: number;
  readonly lines: readonly MetricsLine[];
}

/** Points of a curve; more are averaged in groups, for a page must stay small and a loss is noisy. */
const POINTS = 150;

/** Ten colours that are told apart on white (Tableau 10). */
const colors = ["#4e79a7", "#f28e2c", "#e15759", "#76b7b2", "#59a14f", "#edc949", "#af7aa1", "#ff9da7", "#9c755f", "#bab0ab"];

/** The colour of each seed, in order of seeds. */
export function seedColors(curves: readonly Curve[]): (readonly [seed: number, color: string])[] {
  const seeds = [...new Set(curves.map(({ seed }) => seed))].sort((a, b) => a - b);
  return seeds.map((seed, index) => [seed, colors[index % colors.length] ?? "black"]);
}

/** Loss over epochs, a line a seed, and validation accuracy below where there is one. SVG elements as text. */
export function curvesSvg(curves: readonly Curve[]): string[] {
  const losses = curves.flatMap(({ seed, lines }) =>
    thinned(lines.flatMap((line) => (isEvaluation(line) ? [] : [{ epoch: line.epoch, value: line.loss }]))).map((point) => ({
      ...point,
      seed,
    })),
  );
  const accuracies = curves.flatMap(({ seed, lines }) =>
    lines.flatMap((line) => (isEvaluation(line) ? [{ epoch: line.epoch, value: 100 * line.accuracy, seed }] : [])),
  );
  return [
    ...(losses.length === 0 ? [] : [plot(losses, "loss", seedColors(curves))]),
    ...(accuracies.length === 0 ? [] : [plot(accuracies, "validation accuracy in %", seedColors(curves))]),
  ];
}

interface Point {
  readonly epoch: number;
  readonly value: number;
}

function thinned(points: readonly Point[]): Point[] {
  const group = Math.max(1, Math.ceil(points.length / POINTS));
  const found: Point[] = [];
  for (let start = 0; start < points.length; start += group) {
    const part = points.slice(start, start + group);
    found.push({ epoch: part.at(-1)?.epoch ?? 0, value: part.reduce((sum, { value }) => sum + value, 0) / part.length });
  }
  return found;
}

type Colors = readonly (readonly [seed: number, color: string])[];

function plot(points: readonly (Point & { readonly seed: number })[], label: string, shades: Colors): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    document,
    width: 320,
    height: 220,
    marginLeft: 40,
    x: { label: "epoch", grid: true },
    y: { label, grid: true },
    marks: [Plot.line(points, { x: "epoch", y: "value", z: "seed", stroke: "seed" })],
    color: { type: "ordinal", domain: shades.map(([seed]) => seed), range: shades.map(([, color]) => color) },
  });
  return svg.outerHTML;
}
