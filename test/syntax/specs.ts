/** The specs of the project, as material for tests of reading and writing. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as Ast from "../../src/compiler/syntax/ast.js";
import { parseFile } from "../../src/compiler/syntax/build.js";
import type { SourceFile } from "../../src/diagnostics/source.js";
import { projectRoot } from "../golden.js";

export const specs: readonly SourceFile[] = ["specs", "specs/std", "test/golden/format"].flatMap((folder) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith(".face"))
    .sort()
    .map((name) => ({ name: `${folder}/${name}`, text: readFileSync(join(projectRoot, folder, name), "utf8") })),
);

export function read(text: string): ReturnType<typeof parseFile> {
  return parseFile({ name: "test.face", text });
}

/** The tree of a text without its places: what two layouts of one text share. */
export function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !["span", "source", "comments"].includes(key) || (key === "source" && !("text" in node) && isNode(node, key)))
      .map(([key, value]) => [key, bare(value)]),
  );
}

/** `published` keeps where its figures come from under `source`: a text, not a file. */
function isNode(node: object, key: string): boolean {
  const value: unknown = Reflect.get(node, key);
  return typeof value === "object" && value !== null && "kind" in value;
}

export function commentsOf(file: Ast.File): readonly string[] {
  return file.comments.map((comment) => comment.text.trimEnd()).sort();
}
