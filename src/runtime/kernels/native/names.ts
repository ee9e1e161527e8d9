/**
 * Names of graph nodes, from which a message of TensorFlow finds back to the spec: `small/conv_1/conv.L12` is a node of the
 * kernel `conv` in the layer `small/conv 1` on line 12.
 */
import type { Line } from "../../step/step.js";

export interface Origin {
  readonly path: string;
  readonly kernel: string;
  readonly at: Line | null;
}

/** Gives names and remembers whose they are. */
export class NodeNames {
  private readonly origins = new Map<string, Origin | null>();
  private readonly counts = new Map<string, number>();

  /** A new name for an operation of a kernel. */
  fresh(origin: Origin, op: string): string {
    const { path, kernel, at } = origin;
    const base = [...path.split("/"), kernel].filter((part) => part !== "").map(sanitised);
    return this.unique(`${base.join("/")}${at === null ? "" : `.L${at.line}`}/${sanitised(op)}`, origin);
  }

  /** A new name for what no layer stands for. */
  plain(text: string): string {
    return this.unique(text.split("/").map(sanitised).join("/"), null);
  }

  /** Whose node a message is about; null where it names none of a layer. The library may have put words around a name. */
  originIn(message: string): Origin | null {
    for (const [, named = ""] of message.matchAll(/\{\{node ([^}]*)\}\}/g)) {
      const exact = this.origins.get(named);
      if (exact !== undefined) return exact;
      const inside = [...this.origins.keys()].filter((name) => named.includes(name)).sort((a, b) => b.length - a.length)[0];
      if (inside !== undefined) return this.origins.get(inside) ?? null;
    }
    return null;
  }

  private unique(wanted: string, origin: Origin | null): string {
    let name = wanted;
    while (this.origins.has(name)) {
      const count = (this.counts.get(wanted) ?? 1) + 1;
      this.counts.set(wanted, count);
      name = `${wanted}_${count}`;
    }
    this.origins.set(name, origin);
    return name;
  }
}

/** TensorFlow takes letters, digits and `_ . - /`, and wants a letter, digit or dot at the start. */
function sanitised(part: string): string {
  const plain = part.replace(/[^A-Za-z0-9_.-]/g, "_");
  return /^[A-Za-z0-9.]/.test(plain) ? plain : `x${plain}`;
}
