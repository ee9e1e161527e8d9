/** What names can stand for. The tree is not written to: `Bound` keeps what each `Name` means beside it. */
import type * as Ast from "../syntax/ast.js";
import type { Module } from "./module.js";

/** A declaration that other declarations can name. */
export type Declared = Exclude<Ast.Declaration, Ast.Use>;

export interface Definition {
  readonly declaration: Declared;
  readonly module: Module;
}

export type Meaning =
  | { readonly kind: "declaration"; readonly definition: Definition }
  | { readonly kind: "parameter"; readonly node: Ast.Parameter }
  | { readonly kind: "item"; readonly node: Ast.Let | Ast.Learn | Ast.State }
  | { readonly kind: "binding"; readonly node: Ast.Binding }
  /** A parameter of a local function. */
  | { readonly kind: "argument"; readonly node: Ast.Name }
  /** `e` of `over e in [10, 16]`. */
  | { readonly kind: "loop"; readonly node: Ast.Name }
  /** x, W, theta, ...: what a formula is given. */
  | { readonly kind: "given"; readonly name: string }
  /** exp, cosine, ...: a function of the language. */
  | { readonly kind: "function"; readonly name: string }
  /** A layer of the catalogue. */
  | { readonly kind: "layer"; readonly name: string }
  /** A word that only its place gives a meaning: `ceil` of a pool, `bn` in `except(bn)`, `run` after `seed`. */
  | { readonly kind: "word"; readonly name: string }
  /** Reported already; agrees with everything. */
  | { readonly kind: "unknown" };

export interface Bound {
  readonly modules: readonly Module[];
  readonly main: Module;
  /** Names at top level of each module, its own and those that it uses. */
  readonly scopes: ReadonlyMap<Module, ReadonlyMap<string, Definition>>;
  /** By the name's node, for each name that is used. */
  readonly meanings: ReadonlyMap<Ast.Name, Meaning>;
}

/** The words of the language that are not declared in any spec, as the runtime's dictionary has them. */
export interface Vocabulary {
  readonly functions: ReadonlySet<string>;
  /** Optimiser to the names of its arguments that take a word. */
  readonly optimizers: ReadonlyMap<string, ReadonlySet<string>>;
  /** Layer to the names of its arguments that take a word. */
  readonly layers: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What formulas of each kind are given. */
const everywhere = ["pi"];
const schedule = [...everywhere, "epoch", "step", "progress"];
const loss = [...schedule, "x", "y", "W", "b", "N", "C", "theta", "target"];
export const givenNames = {
  constant: everywhere,
  schedule,
  loss,
  weighting: [...loss, "z", "p"],
  scale: [...everywhere, "v"],
} as const;
