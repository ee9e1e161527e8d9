/** The head as a body that is turned: where points of the face come to lie in the picture, and its outline. */
import type { Distance } from "./canvas.js";
import type { Person } from "./person.js";
import type { Shot } from "./shot.js";

export interface Spot {
  readonly x: number;
  readonly y: number;
  /** How wide and high a small thing there looks, relative to seen from the front. */
  readonly wide: number;
  readonly high: number;
}

export class Head {
  /** Half width as seen. */
  readonly width: number;
  private readonly cosYaw: number;
  private readonly sinYaw: number;
  private readonly cosPitch: number;
  private readonly sinPitch: number;

  constructor(
    private readonly shape: Person["head"],
    { yaw, pitch }: Pick<Shot, "yaw" | "pitch">,
  ) {
    this.cosYaw = Math.cos(yaw);
    this.sinYaw = Math.sin(yaw);
    this.cosPitch = Math.cos(pitch);
    this.sinPitch = Math.sin(pitch);
    this.width = Math.hypot(shape.width * this.cosYaw, shape.depth * this.sinYaw);
  }

  /** The point (x, y) of the face, `lift` in front of it, after the turn; the head is taken for an ellipsoid. */
  spot(x: number, y: number, lift = 0): Spot {
    const step = 0.02;
    const [px, py] = this.turned(x, y, lift);
    const [right] = this.turned(x + step, y, lift);
    const [, below] = this.turned(x, y + step, lift);
    return { x: px, y: py, wide: Math.max(0.2, (right - px) / step), high: Math.max(0.3, (below - py) / step) };
  }

  private turned(x: number, y: number, lift: number): [number, number] {
    const u = x / this.shape.width;
    const v = y / 1.1;
    const z = this.shape.depth * Math.sqrt(Math.max(0.02, 1 - u * u - v * v)) + lift;
    return [x * this.cosYaw + z * this.sinYaw, y * this.cosPitch + z * this.sinPitch];
  }

  /** Distance to the outline, grown by `by`: round above, narrowing to the chin below. */
  outline(by = 0): Distance {
    const { taper, jaw, chin } = this.shape;
    const width = this.width + by;
    const top = 1 + by;
    const bottom = chin + by;
    const smaller = Math.min(width, top);
    return (x, y) => {
      if (y < 0) {
        const u = x / width;
        const v = y / top;
        return (Math.sqrt(u * u + v * v) - 1) * smaller;
      }
      const v = y / bottom;
      const u = Math.abs(x) / (width * (1 - taper * Math.min(1, v)));
      // Powers are dear: away from the edge it is enough to know on which side a point lies.
      const r = Math.max(u, v);
      if (r > 1.25) return (r - 1) * smaller;
      if (u * u + v * v < 0.5) return -0.25 * smaller;
      return ((u ** jaw + v ** jaw) ** (1 / jaw) - 1) * smaller;
    };
  }
}
