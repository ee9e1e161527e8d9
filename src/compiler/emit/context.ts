/** What the parts of one program share while it is written: its names, what it imports, its settings. */
import type { Expr } from "../formula/expr.js";
import type { Location, Plan } from "../plan/plan.js";
import type { Scope } from "./formula.js";
import { type Doc, object, render } from "./layout.js";
import { Origins } from "./origin.js";
import { commentText, Names, propertyName } from "./text.js";

export class Context {
  readonly plan: Plan;
  readonly names: Names;
  readonly origins: Origins;
  readonly #imports = new Set<string>();
  readonly #types = new Set<string>();
  readonly #called = new Map<string, string>();
  readonly #parameters = new Map<string, readonly (readonly [name: string, value: string])[]>();
  readonly #imported: ReadonlySet<string>;

  /** `imported`: the names that the program is known to import; none of its own may hide them. */
  constructor(plan: Plan, imported: ReadonlySet<string>) {
    this.plan = plan;
    this.#imported = imported;
    this.names = new Names(imported);
    this.origins = new Origins(plan.file, this.names);
  }

  /** Notes that the program uses a value of facec/runtime; returns its name. */
  readonly use = (name: string): string => {
    this.#imports.add(name);
    return name;
  };

  readonly useType = (name: string): string => {
    this.#types.add(name);
    return name;
  };

  /** The program's name for a declaration of the plan, the same at each call. */
  nameOf(kind: "Data" | "Block" | "Backbone" | "Loss" | "Schedule" | "Training", name: string): string {
    const key = `${kind} ${name}`;
    let called = this.#called.get(key);
    if (called === undefined) {
      called = this.names.claim(name, kind);
      this.#called.set(key, called);
    }
    return called;
  }

  /** Names of a function's own scope: they hide neither imports nor what the program has declared so far. */
  inner(): Names {
    return new Names([...this.#imported, ...this.#called.values()]);
  }

  at(where: Location): string {
    return this.origins.at(where);
  }

  /** Puts the arguments of a loss, schedule or backbone where all settings stand: `parameters.cosface`. */
  settle(owner: string, values: readonly (readonly [name: string, value: string])[]): void {
    if (values.length > 0) this.#parameters.set(owner, values);
  }

  get imports(): readonly string[] {
    return [...this.#imports].sort();
  }

  get types(): readonly string[] {
    return [...this.#types].sort();
  }

  /** `const parameters = { ... };`, or nothing where no formula has any. */
  parameterStatements(): string[] {
    if (this.#parameters.size === 0) return [];
    const entries = [...this.#parameters].map(([owner, values]) =>
      property(owner, object(values.map(([name, value]) => property(name, value)))),
    );
    return [constant("parameters", object(entries, true))];
  }
}

/** `const name = value;`, laid out. */
export function constant(name: string, value: Doc, prefix = "const"): string {
  return render([`${prefix} ${name} = `, value, ";"]);
}

/** `name: value`, or `name` alone where the value is called that. */
export function property(name: string, value: Doc): Doc {
  const key = propertyName(name);
  return value === key ? key : [`${key}: `, value];
}

/** Comment lines of at most `width` columns, broken between words. */
export function comment(text: string, width = 116): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of commentText(text).split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(`// ${line}`);
      line = `  ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, `// ${line}`.trimEnd()];
}

/** A scope whose scalars are plain numbers and that has no locals: settings of networks, scales of pixels. */
export function plainScope(parameter: (name: string) => string): Scope {
  return {
    host: true,
    input: (expr) => expr.name,
    parameter: (expr) => parameter(expr.name),
    local: () => null,
    imports: (name) => {
      throw new Error(`${name} is an operation on values of a step; a plain number is wanted here.`);
    },
  };
}

export function isExpr(value: unknown): value is Expr {
  return typeof value === "object" && value !== null && "kind" in value;
}
