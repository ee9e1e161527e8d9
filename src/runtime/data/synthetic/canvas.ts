/**
 * A small painter: shapes are signed distances (negative inside) in the coordinates of the head, edges are smoothed
 * over one pixel. Colours are kept as numbers until the end.
 */
import type { Colour } from "./person.js";

export type Distance = (x: number, y: number) => number;

export class Canvas {
  /** red, green, blue (or grey alone), rows first. */
  readonly pixels: Float32Array;
  private readonly cos: number;
  private readonly sin: number;

  /** Head coordinates: `unit` pixels each, the origin at (`originX`, `originY`) of the picture, turned by `roll`. */
  constructor(
    readonly height: number,
    readonly width: number,
    readonly channels: number,
    readonly unit: number,
    readonly originX: number,
    readonly originY: number,
    roll: number,
  ) {
    this.pixels = new Float32Array(height * width * channels);
    this.cos = Math.cos(roll);
    this.sin = Math.sin(roll);
  }

  /** Calls `visit` for each pixel within `radius` of a point, with the head coordinates of the pixel's middle. */
  within(x: number, y: number, radius: number, visit: (at: number, x: number, y: number) => void): void {
    const { unit, cos, sin, width, height, channels } = this;
    const middleX = this.originX + unit * (x * cos - y * sin);
    const middleY = this.originY + unit * (x * sin + y * cos);
    const reach = radius * unit + 1;
    const left = Math.max(0, Math.floor(middleX - reach));
    const right = Math.min(width - 1, Math.ceil(middleX + reach));
    const bottom = Math.min(height - 1, Math.ceil(middleY + reach));
    for (let row = Math.max(0, Math.floor(middleY - reach)); row <= bottom; row++) {
      const v = (row + 0.5 - this.originY) / unit;
      for (let column = left; column <= right; column++) {
        const u = (column + 0.5 - this.originX) / unit;
        visit((row * width + column) * channels, u * cos + v * sin, v * cos - u * sin);
      }
    }
  }

  /** Paints a shape that lies within `radius` of (x, y). `soft`: half width of its edge, beside that of a pixel. */
  paint(x: number, y: number, radius: number, colour: Colour, distance: Distance, opacity = 1, soft = 0): void {
    const edge = 0.5 / this.unit + soft;
    const { pixels, channels } = this;
    const shade = this.shadeOf(colour);
    this.within(x, y, radius + soft, (at, u, v) => {
      const covered = opacity * Math.min(1, Math.max(0, 0.5 - (0.5 * distance(u, v)) / edge));
      if (covered <= 0) return;
      for (let c = 0; c < channels; c++) {
        const before = pixels[at + c] ?? 0;
        pixels[at + c] = before + covered * ((shade[c] ?? 0) - before);
      }
    });
  }

  /** An ellipse turned by `tilt`. */
  ellipse(x: number, y: number, a: number, b: number, colour: Colour, { tilt = 0, opacity = 1, soft = 0 } = {}): void {
    this.paint(x, y, Math.max(a, b), colour, ellipseDistance(x, y, a, b, tilt), opacity, soft);
  }

  /** A line with round ends. */
  line(x0: number, y0: number, x1: number, y1: number, half: number, colour: Colour, opacity = 1, soft = 0): void {
    const radius = Math.hypot(x1 - x0, y1 - y0) / 2 + half;
    this.paint((x0 + x1) / 2, (y0 + y1) / 2, radius, colour, lineDistance(x0, y0, x1, y1, half), opacity, soft);
  }

  private shadeOf(colour: Colour): readonly number[] {
    return this.channels === 1 ? [0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]] : colour;
  }
}

/** Distance to an ellipse, to first order near its edge: enough for edges of a pixel. */
function ellipseDistance(x: number, y: number, a: number, b: number, tilt = 0): Distance {
  const cos = Math.cos(tilt);
  const sin = Math.sin(tilt);
  return (px, py) => {
    const dx = px - x;
    const dy = py - y;
    const u = (dx * cos + dy * sin) / a;
    const v = (dy * cos - dx * sin) / b;
    const r = Math.sqrt(u * u + v * v);
    const slope = Math.sqrt((u / a) * (u / a) + (v / b) * (v / b));
    return slope < 1e-9 ? -Math.min(a, b) : (r * (r - 1)) / slope;
  };
}

export function lineDistance(x0: number, y0: number, x1: number, y1: number, half: number): Distance {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const squared = dx * dx + dy * dy || 1e-9;
  return (px, py) => {
    const t = Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / squared));
    const ex = px - x0 - t * dx;
    const ey = py - y0 - t * dy;
    return Math.sqrt(ex * ex + ey * ey) - half;
  };
}
