/** The parts of a face, each painted where the turned head has it. */
import type { Canvas } from "./canvas.js";
import { lineDistance } from "./canvas.js";
import type { Head } from "./head.js";
import { type Colour, mix, type Person } from "./person.js";
import type { Shot } from "./shot.js";

const BLACK: Colour = [12, 10, 10];
const WHITE: Colour = [236, 234, 230];

export function paintEyes(canvas: Canvas, head: Head, { eyes, iris, skin, brows, hair }: Person, shot: Shot): void {
  for (const side of [-1, 1]) {
    const spot = head.spot(side * eyes.apart, eyes.y);
    const width = eyes.width * spot.wide;
    const open = Math.max(0.012, eyes.width * eyes.open * shot.lids * spot.high);
    const tilt = side * eyes.tilt;
    canvas.ellipse(spot.x, spot.y - 0.02, width * 1.5, open + 0.09, mix(skin, BLACK, 0.35), { opacity: 0.55, soft: 0.06 });
    canvas.ellipse(spot.x, spot.y, width, open, WHITE, { tilt });
    const pupil = spot.x + shot.gaze * width * 0.6;
    const round = Math.min(open, eyes.width * 0.55);
    canvas.ellipse(pupil, spot.y, round * Math.min(1, spot.wide * 1.1), round, iris);
    canvas.ellipse(pupil, spot.y, round * 0.5, round * 0.5, BLACK);
    // The upper lid, as a line over the eye.
    const rise = Math.sin(tilt) * width;
    canvas.line(
      spot.x - width,
      spot.y - open * 0.5 - rise,
      spot.x + width,
      spot.y - open * 0.5 + rise,
      0.016,
      mix(skin, BLACK, 0.75),
      0.9,
      0.01,
    );
    paintBrow(canvas, head, side, { eyes, brows, hair, skin }, shot);
  }
}

function paintBrow(canvas: Canvas, head: Head, side: number, person: Pick<Person, "eyes" | "brows" | "hair" | "skin">, shot: Shot): void {
  const { eyes, brows, hair, skin } = person;
  const y = eyes.y - brows.above - shot.brow;
  const inner = head.spot(side * (eyes.apart - brows.length), y + brows.tilt * brows.length);
  const middle = head.spot(side * eyes.apart, y - brows.arch);
  const outer = head.spot(side * (eyes.apart + brows.length), y - brows.tilt * brows.length);
  const colour = mix(hair, mix(skin, BLACK, 0.6), 0.35);
  canvas.line(inner.x, inner.y, middle.x, middle.y, brows.thick, colour);
  canvas.line(middle.x, middle.y, outer.x, outer.y, brows.thick * 0.85, colour);
}

export function paintNose(canvas: Canvas, head: Head, { eyes, nose, skin }: Person, shot: Shot): void {
  const root = head.spot(0, eyes.y + 0.05, 0.02);
  const bottom = eyes.y + nose.length + 0.06;
  const tip = head.spot(0, bottom, 0.17);
  const dark = mix(skin, BLACK, 0.45);
  const shaded = shot.light.direction[0] > 0 ? -1 : 1;
  const half = nose.width;
  // The side away from the light, the ridge, the wings, and the nostrils.
  canvas.line(root.x + shaded * 0.05, root.y, tip.x + shaded * half * 0.7, tip.y - 0.02, 0.035, dark, nose.bridge, 0.04);
  canvas.line(root.x, root.y, tip.x, tip.y, 0.03, mix(skin, WHITE, 0.45), nose.bridge, 0.04);
  canvas.ellipse(tip.x, tip.y, half * 1.1, half * 0.75, mix(skin, [200, 110, 100], 0.18), { soft: 0.03 });
  canvas.line(tip.x - half, tip.y + half * 0.6, tip.x + half, tip.y + half * 0.6, 0.018, dark, 0.7, 0.02);
  for (const side of [-1, 1]) {
    const x = tip.x + side * half * 0.6;
    canvas.ellipse(x, tip.y + half * 0.5, nose.nostril * 1.4, nose.nostril, mix(skin, BLACK, 0.8));
  }
}

export function paintMouth(canvas: Canvas, head: Head, { mouth, lips }: Person, shot: Shot): void {
  const middle = head.spot(0, mouth.y, 0.04);
  const width = mouth.width * middle.wide;
  const { smile, open } = shot.mouth;
  // Corners rise with a smile: the line of the mouth is a parabola.
  const line = (x: number) => middle.y - smile * ((x - middle.x) / width) ** 2;
  const lens = (above: number, below: number) => (x: number, y: number) => {
    const along = ((x - middle.x) / width) ** 2;
    const reach = Math.max(0, 1 - along);
    const off = y - line(x);
    return Math.max(off < 0 ? -off - above * reach : off - below * reach, Math.abs(x - middle.x) - width);
  };
  const radius = width + 0.05;
  canvas.paint(middle.x, middle.y, radius, lips, lens(mouth.upper + open * 0.4, mouth.lower + open), 1, 0.008);
  if (open > 0) {
    canvas.paint(middle.x, middle.y, radius, [60, 20, 24], lens(open * 0.4, open), 1);
    canvas.paint(middle.x, middle.y, radius, WHITE, lens(open * 0.4, open * 0.1), open > 0.06 ? 0.8 : 0);
  } else canvas.paint(middle.x, middle.y, radius, mix(lips, BLACK, 0.6), lens(0.012, 0.012), 1, 0.008);
}

export function paintBeard(canvas: Canvas, head: Head, { beard, mouth, hair, skin, head: shape }: Person): void {
  if (beard.kind === "none") return;
  const colour = mix(hair, skin, 0.15);
  const middle = head.spot(0, mouth.y, 0.04);
  const options = { opacity: beard.strength, soft: 0.05 };
  if (beard.kind !== "goatee") canvas.ellipse(middle.x, middle.y - 0.1, mouth.width * 1.1 * middle.wide, 0.07, colour, options);
  if (beard.kind === "goatee") canvas.ellipse(middle.x, middle.y + 0.24, mouth.width * 0.8, 0.2, colour, options);
  if (beard.kind !== "full") return;
  const outline = head.outline(0.03);
  const upper = mouth.y - 0.22;
  canvas.paint(0, 0.5, 1, colour, (x, y) => Math.max(outline(x, y), upper - 0.5 * (x / shape.width) ** 2 - y), beard.strength, 0.05);
}

export function paintGlasses(canvas: Canvas, head: Head, { glasses, eyes }: Person): void {
  if (glasses === null) return;
  const { size, thick, colour, round } = glasses;
  const spots = [-1, 1].map((side) => head.spot(side * Math.max(eyes.apart, size + 0.03), eyes.y + 0.02, 0.06));
  for (const spot of spots) {
    const width = size * spot.wide;
    const high = round ? size : size * 0.72;
    canvas.paint(spot.x, spot.y, size * 1.5, [225, 235, 240], rim(spot.x, spot.y, width, high, round), 0.14);
    const edge = rim(spot.x, spot.y, width, high, round);
    canvas.paint(spot.x, spot.y, size * 1.6, colour, (x, y) => Math.abs(edge(x, y)) - thick);
  }
  const [left, right] = spots;
  if (left === undefined || right === undefined) return;
  canvas.line(left.x + size * left.wide, left.y, right.x - size * right.wide, right.y, thick, colour);
  canvas.line(left.x - size * left.wide, left.y, -head.width, eyes.y, thick, colour);
  canvas.line(right.x + size * right.wide, right.y, head.width, eyes.y, thick, colour);
}

/** Distance to a lens: an ellipse, or a rectangle with round corners. */
function rim(x: number, y: number, width: number, high: number, round: boolean): (px: number, py: number) => number {
  if (round) return (px, py) => (Math.hypot((px - x) / width, (py - y) / high) - 1) * Math.min(width, high);
  const corner = Math.min(width, high) * 0.3;
  return (px, py) => {
    const dx = Math.max(0, Math.abs(px - x) - width + corner);
    const dy = Math.max(0, Math.abs(py - y) - high + corner);
    return Math.hypot(dx, dy) - corner;
  };
}

export function paintHair(canvas: Canvas, head: Head, { hair, hairStyle, skin, head: shape }: Person, yaw: number): void {
  const { kind, line, volume, side } = hairStyle;
  const lean = shape.depth * Math.sin(yaw) * 0.55;
  const grown = kind === "shaved" ? 0.015 : kind === "short" ? volume * 0.6 : kind === "curly" ? volume * 1.4 : volume;
  const outer = head.outline(grown);
  const low = kind === "fringe" ? line * 0.62 : line;
  // How far down the hair comes, over x seen from the front: deeper at the temples, aslant for a parting.
  const edge = (x: number) => {
    const u = (x - lean) / shape.width;
    if (kind === "parted") return -low + 0.55 * Math.abs(u - 0.45 * side) ** 1.5;
    if (kind === "fringe") return -low + 0.12 * u * u;
    if (kind === "curly") return -low + 0.5 * u * u + 0.05 * Math.sin(9 * u);
    return -low + 0.45 * u * u * u * u + 0.12 * u * u;
  };
  const colour = kind === "shaved" ? mix(skin, hair, 0.55) : hair;
  canvas.paint(0, -0.4, 1.4, colour, (x, y) => Math.max(outer(x, y), y - edge(x)), 1, kind === "shaved" ? 0.05 : 0.012);
  if (kind === "long" || kind === "curly") return;
  // Sideburns.
  for (const place of [-1, 1]) {
    const x = place * head.width * 0.96;
    canvas.paint(x, -0.2, 0.5, colour, lineDistance(x, -0.5, x, -0.08, 0.04), kind === "shaved" ? 0.4 : 0.9, 0.02);
  }
}

/** What lies behind the head: long or curly hair. */
export function paintHairBehind(canvas: Canvas, head: Head, { hair, hairStyle }: Person): void {
  const { kind, volume } = hairStyle;
  const dark = mix(hair, BLACK, 0.25);
  if (kind === "long") {
    const half = head.width + volume;
    canvas.paint(0, 0.3, 2, dark, (x, y) => Math.max(Math.abs(x) - half + 0.12 * Math.max(0, y), Math.abs(y - 0.1) - 1.25));
  }
  if (kind === "curly") canvas.ellipse(0, -0.2, head.width + volume * 2, 1.02 + volume * 1.5, dark, { soft: 0.04 });
}
