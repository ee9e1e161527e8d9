/** What differs from image to image of one identity: pose, light, expression, what covers the face, camera. */
import { type Stream, stream } from "../../random.js";
import { between, type Colour, mix, pick } from "./person.js";

export type Cover =
  | { readonly kind: "none" }
  | { readonly kind: "bar"; readonly x: number; readonly y: number; readonly angle: number; readonly half: number; readonly colour: Colour }
  | { readonly kind: "sunglasses"; readonly size: number }
  | { readonly kind: "scarf"; readonly top: number; readonly colour: Colour }
  | { readonly kind: "hand"; readonly x: number; readonly y: number; readonly angle: number; readonly colour: Colour }
  | { readonly kind: "hat"; readonly brim: number; readonly colour: Colour };

export interface Shot {
  /** Radians: to the side, up and down, within the picture. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** In half heights of the head, and relative size. */
  readonly shift: readonly [number, number];
  readonly scale: number;
  readonly light: { readonly direction: readonly [number, number, number]; readonly ambient: number };
  readonly gain: Colour; // by channel, around 1
  readonly gamma: number;
  readonly blur: number; // deviation, in half heights of the head
  readonly noise: number; // deviation, grey levels
  readonly mouth: { readonly open: number; readonly smile: number };
  readonly brow: number; // raised by
  readonly lids: number; // eyes open, relative
  readonly gaze: number;
  readonly bareGlasses: boolean; // glasses taken off
  readonly shirt: Colour;
  readonly background: {
    readonly top: Colour;
    readonly bottom: Colour;
    readonly blobs: readonly { x: number; y: number; r: number; colour: Colour }[];
  };
  readonly cover: Cover;
}

function anyColour(random: Stream): Colour {
  return [between(random, 15, 240), between(random, 15, 240), between(random, 15, 240)];
}

/** A normal draw, within two deviations. */
function about(random: Stream, deviation: number): number {
  return deviation * Math.max(-2, Math.min(2, random.normal()));
}

/** Image `number` of an identity. The order of the draws is part of the drawing (`DRAWING`). */
export function shotOf(seed: number, identity: number, number: number): Shot {
  const random = stream(seed, "image", identity, number);
  const to = (low: number, high: number) => between(random, low, high);
  const side = about(random, 0.55);
  const above = to(-0.75, 0.25);
  const away = Math.hypot(side, above, 1);
  const cast = to(0.75, 1.2);
  const background = anyColour(random);
  return {
    yaw: about(random, 0.2),
    pitch: about(random, 0.09),
    roll: about(random, 0.09),
    shift: [about(random, 0.06), about(random, 0.06)],
    scale: to(0.88, 1.1),
    light: { direction: [side / away, above / away, 1 / away], ambient: to(0.35, 0.75) },
    gain: [cast * to(0.92, 1.08), cast * to(0.95, 1.05), cast * to(0.9, 1.1)],
    gamma: to(0.75, 1.35),
    blur: random.uniform() < 0.3 ? to(0.01, 0.045) : 0,
    noise: to(2, 9),
    mouth: { open: random.uniform() < 0.35 ? to(0.02, 0.13) : 0, smile: about(random, 0.05) },
    brow: about(random, 0.025),
    lids: random.uniform() < 0.06 ? 0.12 : to(0.7, 1.12),
    gaze: about(random, 0.25),
    bareGlasses: random.uniform() < 0.12,
    shirt: anyColour(random),
    background: {
      top: background,
      bottom: mix(background, anyColour(random), to(0.1, 0.7)),
      blobs: Array.from({ length: random.integer(4) }, () => ({
        x: to(-1.4, 1.4),
        y: to(-1.4, 1.2),
        r: to(0.2, 0.7),
        colour: anyColour(random),
      })),
    },
    cover: coverOf(random),
  };
}

/** One image in five is partly covered. */
function coverOf(random: Stream): Cover {
  const to = (low: number, high: number) => between(random, low, high);
  const kind = random.uniform() < 0.2 ? pick(random, ["bar", "sunglasses", "scarf", "hand", "hat"] as const, "bar") : "none";
  const colour = anyColour(random);
  if (kind === "bar") return { kind, x: to(-0.5, 0.5), y: to(-0.6, 0.7), angle: to(0, Math.PI), half: to(0.07, 0.17), colour };
  if (kind === "sunglasses") return { kind, size: to(0.18, 0.25) };
  if (kind === "scarf") return { kind, top: to(0.3, 0.62), colour };
  if (kind === "hand")
    return { kind, x: to(-0.6, 0.6), y: to(0.1, 0.8), angle: to(-0.9, 0.9), colour: mix([224, 180, 150], [110, 72, 52], random.uniform()) };
  if (kind === "hat") return { kind, brim: to(0.36, 0.62), colour };
  return { kind: "none" };
}
