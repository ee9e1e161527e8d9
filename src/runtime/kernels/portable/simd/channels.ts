/** Sums by channel over the rows of a matrix [rows, channels], in float64. */
import {
  type Code,
  compile,
  double2,
  float4,
  get,
  highDoubles,
  increase,
  integer,
  lessThan,
  load,
  lowDoubles,
  repeatWhile,
  set,
  store,
} from "./assembler.js";

/**
 * Adds, for four channels, the sums of `a` and of `a` times `b` over some rows to eight float64 at `sums` (first the four
 * sums of a, then those of the products). `b` is taken less the four numbers at `centre`.
 */
export type FourChannels = (a: number, b: number, centre: number, sums: number, rows: number, rowBytes: number) => void;

export function fourChannels(memory: WebAssembly.Memory): FourChannels {
  const [a, b, centre, sums, rows, rowBytes] = [0, 1, 2, 3, 4, 5];
  const [va, product, middle, first] = [6, 7, 8, 9];
  const accumulators = [0, 1, 2, 3].map((i) => first + i);
  const addTo = (local: number, value: Code): Code => set(local, double2.add(get(local), value));
  const [lowSum, highSum, lowProduct, highProduct] = accumulators as [number, number, number, number];
  // The product is formed in float64 too: squares of float32 need twice the digits.
  const centred = float4.subtract(load(get(b)), get(middle));
  const loop = [
    ...set(va, load(get(a))),
    ...set(product, centred),
    ...addTo(lowSum, lowDoubles(get(va))),
    ...addTo(highSum, highDoubles(get(va))),
    ...addTo(lowProduct, double2.multiply(lowDoubles(get(va)), lowDoubles(get(product)))),
    ...addTo(highProduct, double2.multiply(highDoubles(get(va)), highDoubles(get(product)))),
    ...increase(a, get(rowBytes)),
    ...increase(b, get(rowBytes)),
    ...increase(rows, integer(-1)),
  ];
  const code = [
    ...set(middle, load(get(centre))),
    ...accumulators.flatMap((local, i) => set(local, load(get(sums), 16 * i))),
    ...repeatWhile(loop, lessThan(integer(0), get(rows))),
    ...accumulators.flatMap((local, i) => store(get(sums), get(local), 16 * i)),
  ];
  return compile(memory, 6, { integers: 0, vectors: 7 }, code);
}
