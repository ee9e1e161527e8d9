/** A small layout language (Wadler, "A prettier printer"): a group stands on one line where it fits, else its lines break. */
export type Doc =
  | string
  | { readonly kind: "concat"; readonly parts: readonly Doc[] }
  | { readonly kind: "line"; readonly flat: "" | " " | null } // null: breaks in any case
  | { readonly kind: "indent"; readonly inner: Doc }
  | { readonly kind: "group"; readonly inner: Doc };

export const line: Doc = { kind: "line", flat: " " };
export const softLine: Doc = { kind: "line", flat: "" };
export const hardLine: Doc = { kind: "line", flat: null };

export function concat(...parts: readonly Doc[]): Doc {
  return { kind: "concat", parts };
}

export function indent(...parts: readonly Doc[]): Doc {
  return { kind: "indent", inner: concat(...parts) };
}

export function group(...parts: readonly Doc[]): Doc {
  return { kind: "group", inner: concat(...parts) };
}

export function joined(parts: readonly Doc[], separator: Doc): Doc {
  return concat(...parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part])));
}

const step = 2;

interface Task {
  readonly doc: Doc;
  readonly indent: number;
  readonly flat: boolean;
}

/** `doc` as text whose first line begins at column `start`; later lines are indented by `base` columns and what `doc` adds. */
export function layOut(doc: Doc, width: number, start: number, base: number): string {
  let out = "";
  let column = start;
  const tasks: Task[] = [{ doc, indent: base, flat: false }];
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const { doc: next, flat } = task;
    if (typeof next === "string") {
      out += next;
      column += next.length;
    } else if (next.kind === "line" && (!flat || next.flat === null)) {
      out += `\n${" ".repeat(task.indent)}`;
      column = task.indent;
    } else if (next.kind === "group" && !flat) {
      tasks.push({ doc: next.inner, indent: task.indent, flat: fits(next.inner, width - column, tasks) });
    } else {
      tasks.push(...expand(task));
    }
  }
  return out;
}

/** What is left to do for a task that itself prints nothing, in the order of a stack. */
function expand({ doc, indent: at, flat }: Task): Task[] {
  if (typeof doc === "string") return [];
  switch (doc.kind) {
    case "line":
      return [{ doc: doc.flat ?? "", indent: at, flat }];
    case "concat":
      return [...doc.parts].reverse().map((part) => ({ doc: part, indent: at, flat }));
    case "indent":
      return [{ doc: doc.inner, indent: at + step, flat }];
    case "group":
      return [{ doc: doc.inner, indent: at, flat }];
  }
}

/** True where `doc` on one line, with what follows up to the next line break, takes at most `room` columns. */
function fits(doc: Doc, room: number, rest: readonly Task[]): boolean {
  const tasks: Task[] = [{ doc, indent: 0, flat: true }];
  let left = room;
  let after = rest.length;
  while (left >= 0) {
    const task = tasks.pop() ?? rest[--after];
    if (task === undefined) return true;
    if (typeof task.doc === "string") left -= task.doc.length;
    else if (task.doc.kind === "line" && task.doc.flat === null) return !task.flat;
    else if (task.doc.kind === "line" && !task.flat) return true;
    else tasks.push(...expand(task));
  }
  return false;
}
