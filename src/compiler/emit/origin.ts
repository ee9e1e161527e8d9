/** Where parts of a program come from: `const at = origin("quickstart.face")`, then `at(14)` in each of them. */
import type { Location } from "../plan/plan.js";
import { type Names, stringLiteral } from "./text.js";

export class Origins {
  readonly #names = new Map<string, string>();
  readonly #scope: Names;
  readonly #main: string;

  /** `main` is the spec that the program is made from; its lines are called `at`. */
  constructor(main: string, scope: Names) {
    this.#main = main;
    this.#scope = scope;
  }

  /** `at(14)`. */
  at(where: Location): string {
    return `${this.#name(where.file)}(${where.line})`;
  }

  /** One statement a spec, in the order of first use. */
  statements(imported: (name: string) => string): string[] {
    return [...this.#names].map(([file, name]) => `const ${name} = ${imported("origin")}(${stringLiteral(file)});`);
  }

  #name(file: string): string {
    let name = this.#names.get(file);
    if (name === undefined) {
      name = file === this.#main ? "at" : this.#scope.claim(`at_${stem(file)}`.replace(/_(.)/, (_, first: string) => first.toUpperCase()));
      this.#names.set(file, name);
    }
    return name;
  }
}

/** `losses` of `std.losses`, `mine` of `./lib/mine.face`. */
function stem(file: string): string {
  const base = file.replace(/\.face$/, "").split(/[/\\.]/);
  return base[base.length - 1] ?? "";
}
