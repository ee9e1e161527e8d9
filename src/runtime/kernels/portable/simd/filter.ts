/** The inner product of a filter's gradient: one tap, a few channels, a few filters, all places where the tap lies inside. */
import {
  type Code,
  compile,
  float4,
  get,
  increase,
  integer,
  lessThan,
  load,
  loadSplat,
  plus,
  repeatWhile,
  set,
  store,
} from "./assembler.js";

/**
 * Adds to `out`, [channels] rows of `outBytes`, the sums over images, rows and columns of x's channels times dy's
 * filters. Bytes say how far x and dy move from column to column, and what is to be added after a row and an image.
 */
export type TapBlock = (
  x: number,
  dy: number,
  out: number,
  outBytes: number,
  images: number,
  rows: number,
  columns: number,
  xColumn: number,
  dyColumn: number,
  xRow: number,
  dyRow: number,
  xImage: number,
  dyImage: number,
) => void;

/** `channels` 1 to 4, `vectors` of four filters 1 or 2. Each image is summed by itself, then added: sums stay short. */
export function tapBlock(memory: WebAssembly.Memory, channels: number, vectors: number): TapBlock {
  const [x, dy, out, outBytes, images, rows, columns, xColumn, dyColumn, xRow, dyRow, xImage, dyImage] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
  ];
  const [row, column, to, first] = [13, 14, 15, 16];
  const sum = (c: number, v: number): number => first + c * vectors + v;
  const filter = (v: number): number => first + channels * vectors + v;
  const each = (make: (c: number, v: number) => Code): Code => {
    const code: number[] = [];
    for (let c = 0; c < channels; c++) for (let v = 0; v < vectors; v++) code.push(...make(c, v));
    return code;
  };
  const scalar = filter(vectors);
  const loadFilters = Array.from({ length: vectors }, (_, v) => set(filter(v), load(get(dy), 16 * v))).flat();
  const meet = Array.from({ length: channels }, (_, c) => [
    ...set(scalar, loadSplat(get(x), 4 * c)),
    ...Array.from({ length: vectors }, (__, v) =>
      set(sum(c, v), float4.add(get(sum(c, v)), float4.multiply(get(scalar), get(filter(v))))),
    ).flat(),
  ]).flat();
  const alongColumns = repeatWhile(
    [...loadFilters, ...meet, ...increase(x, get(xColumn)), ...increase(dy, get(dyColumn)), ...increase(column, integer(-1))],
    lessThan(integer(0), get(column)),
  );
  const alongRows = repeatWhile(
    [...set(column, get(columns)), ...alongColumns, ...increase(x, get(xRow)), ...increase(dy, get(dyRow)), ...increase(row, integer(-1))],
    lessThan(integer(0), get(row)),
  );
  const keep = Array.from({ length: channels }, (_, c) => [
    ...Array.from({ length: vectors }, (__, v) => store(get(to), float4.add(load(get(to), 16 * v), get(sum(c, v))), 16 * v)).flat(),
    ...set(to, plus(get(to), get(outBytes))),
  ]).flat();
  const zero: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
  const alongImages = repeatWhile(
    [
      ...each((c, v) => set(sum(c, v), zero)),
      ...set(row, get(rows)),
      ...alongRows,
      ...set(to, get(out)),
      ...keep,
      ...increase(x, get(xImage)),
      ...increase(dy, get(dyImage)),
      ...increase(images, integer(-1)),
    ],
    lessThan(integer(0), get(images)),
  );
  return compile(memory, 13, { integers: 3, vectors: channels * vectors + vectors + 1 }, alongImages);
}
