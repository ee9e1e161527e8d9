/** What covers part of a face in some images. */
import type { Canvas } from "./canvas.js";
import type { Head } from "./head.js";
import { type Colour, mix, type Person } from "./person.js";
import type { Shot } from "./shot.js";

const DARK: Colour = [22, 22, 26];

export function paintCover(canvas: Canvas, head: Head, person: Person, { cover }: Shot): void {
  if (cover.kind === "bar") {
    const dx = Math.cos(cover.angle) * 3;
    const dy = Math.sin(cover.angle) * 3;
    canvas.line(cover.x - dx, cover.y - dy, cover.x + dx, cover.y + dy, cover.half, cover.colour);
  } else if (cover.kind === "sunglasses") {
    for (const side of [-1, 1]) {
      const spot = head.spot(side * Math.max(person.eyes.apart, cover.size), person.eyes.y + 0.03, 0.06);
      canvas.ellipse(spot.x, spot.y, cover.size * 1.1 * spot.wide, cover.size * 0.9, DARK);
    }
    canvas.line(-head.width, person.eyes.y, head.width, person.eyes.y, 0.025, DARK);
  } else if (cover.kind === "scarf") {
    const outline = head.outline(0.08);
    const fold = mix(cover.colour, DARK, 0.4);
    canvas.paint(0, 0.8, 1.4, cover.colour, (x, y) => Math.max(outline(x, y), cover.top + 0.1 * x * x - y));
    for (const down of [0.12, 0.3]) {
      canvas.line(-head.width * 0.7, cover.top + down + 0.05, head.width * 0.7, cover.top + down, 0.02, fold, 0.7, 0.02);
    }
  } else if (cover.kind === "hand") {
    const dx = Math.sin(cover.angle);
    const dy = -Math.cos(cover.angle);
    for (const finger of [-1.5, -0.5, 0.5, 1.5]) {
      const x = cover.x - dy * finger * 0.11;
      const y = cover.y + dx * finger * 0.11;
      canvas.line(x - dx * 0.7, y - dy * 0.7, x + dx * 0.22, y + dy * 0.22, 0.062, mix(cover.colour, DARK, 0.08 * Math.abs(finger)));
    }
    canvas.line(cover.x - dx * 0.6, cover.y - dy * 0.6, cover.x - dx * 1.6, cover.y - dy * 1.6, 0.24, cover.colour);
  } else if (cover.kind === "hat") {
    const outline = head.outline(0.16);
    canvas.paint(0, -0.5, 1.5, cover.colour, (x, y) => Math.max(outline(x, y), y + cover.brim));
    canvas.line(-head.width - 0.15, -cover.brim, head.width + 0.15, -cover.brim, 0.05, mix(cover.colour, DARK, 0.35));
  }
}
