/** The rules of the house, read off the sources: who may import whom, how long a file may be, what must be documented. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type ExportedDeclarations, Node, Project, type SourceFile, SyntaxKind } from "ts-morph";
import { describe, expect, it } from "vitest";

const root = path.join(import.meta.dirname, "..");
const rooms = ["grammar", "src", "test", "bench", "scripts"];

const project = new Project({ tsConfigFilePath: path.join(root, "tsconfig.json"), skipAddingFilesFromTsConfig: true });
project.addSourceFilesAtPaths([path.join(root, "src/**/*.ts"), path.join(root, "grammar/**/*.ts")]);
const files = project.getSourceFiles().map((file) => ({ file, path: relativePath(file.getFilePath()) }));

interface Import {
  readonly from: string;
  /** A path of ours, or the name of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const imports = files.flatMap(({ file, path: from }) => importsOf(file).map((each): Import => ({ from, ...each })));

function relativePath(file: string): string {
  return path.relative(root, file).split(path.sep).join("/");
}

function importsOf(file: SourceFile): { to: string; typeOnly: boolean }[] {
  const declared = [...file.getImportDeclarations(), ...file.getExportDeclarations()].flatMap((each) => {
    const specifier = each.getModuleSpecifierValue();
    if (specifier === undefined) return [];
    const named = "getNamedImports" in each ? each.getNamedImports() : each.getNamedExports();
    const typeOnly = each.isTypeOnly() || (named.length > 0 && named.every((name) => name.isTypeOnly()));
    return [{ to: target(file, specifier), typeOnly }];
  });
  const dynamic = file
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .filter((call) => call.getExpression().getKind() === SyntaxKind.ImportKeyword)
    .flatMap((call) => {
      const [argument] = call.getArguments();
      return Node.isStringLiteral(argument) ? [{ to: target(file, argument.getLiteralValue()), typeOnly: false }] : [];
    });
  return [...declared, ...dynamic];
}

function target(file: SourceFile, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return relativePath(path.join(file.getDirectoryPath(), specifier)).replace(/\.js$/, ".ts");
}

function isOurs(to: string): boolean {
  return to.startsWith("src/") || to.startsWith("grammar/");
}

/** Room of `src/compiler`, `src/runtime/...`; the longest prefix in this list that fits. */
const compiler = "src/compiler/";
/** What each room may import of ours; its own files always. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "grammar/": [],
  "src/diagnostics/": [],
  "src/compiler/syntax/": ["grammar/", "src/diagnostics/"],
  "src/compiler/format/": ["grammar/", "src/compiler/syntax/", "src/diagnostics/"],
  "src/compiler/names/": ["src/compiler/syntax/", "src/compiler/host.ts", "src/diagnostics/"],
  "src/compiler/formula/": ["src/diagnostics/source.ts", "src/runtime/ops/", "src/runtime/describe.ts", "src/runtime/layers/"],
  "src/compiler/network/": ["src/diagnostics/source.ts", "src/runtime/ops/", "src/runtime/describe.ts", "src/runtime/layers/"],
  "src/compiler/types/": [
    "src/compiler/syntax/",
    "src/compiler/names/",
    "src/compiler/formula/",
    "src/compiler/network/",
    "src/diagnostics/",
    "src/runtime/describe.ts",
    "src/runtime/experiment.ts",
    "src/runtime/ops/",
    "src/runtime/layers/",
    "src/runtime/optimizers/",
  ],
  "src/compiler/plan/": [
    "src/compiler/types/",
    "src/compiler/formula/",
    "src/compiler/network/",
    "src/compiler/names/",
    "src/compiler/syntax/",
    "src/diagnostics/",
    "src/runtime/describe.ts",
    "src/runtime/experiment.ts",
    "src/runtime/ops/",
    "src/runtime/layers/",
    "src/runtime/optimizers/",
  ],
  "src/compiler/emit/": [
    "src/compiler/plan/",
    "src/compiler/formula/",
    "src/compiler/network/",
    "src/runtime/describe.ts",
    "src/runtime/experiment.ts",
    "src/runtime/layers/",
    "src/runtime/optimizers/",
  ],
  "src/compiler/": ["src/compiler/", "grammar/", "src/diagnostics/", "src/runtime/"],
  "src/runtime/": ["src/diagnostics/"],
  "src/cli/": ["src/", "grammar/"],
};

function roomOf(file: string): string {
  return Object.keys(allowed)
    .filter((room) => file.startsWith(room))
    .reduce((longest, room) => (room.length > longest.length ? room : longest), "");
}

function said(each: Import): string {
  return `${each.from} imports ${each.to}`;
}

describe("who may import whom", () => {
  it("reads the sources", () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it("keeps every room to the rooms it may know", () => {
    const wrong = imports.filter((each) => {
      if (!isOurs(each.to)) return false;
      // Types of the runtime's descriptions bring nothing along.
      if (each.typeOnly && each.from.startsWith(compiler) && each.to.startsWith("src/runtime/")) return false;
      const room = roomOf(each.from);
      return !each.to.startsWith(room) && !(allowed[room] ?? []).some((prefix) => each.to.startsWith(prefix));
    });
    expect(wrong.map(said)).toEqual([]);
  });

  it("lets nobody import the command", () => {
    expect(imports.filter((each) => each.to.startsWith("src/cli/") && !each.from.startsWith("src/cli/")).map(said)).toEqual([]);
  });

  it("lets only the grammar know the parser library", () => {
    expect(imports.filter((each) => each.to === "chevrotain" && !each.typeOnly && !each.from.startsWith("grammar/")).map(said)).toEqual([]);
  });

  it("lets only emission know ts-morph", () => {
    expect(imports.filter((each) => each.to === "ts-morph" && !each.from.startsWith(`${compiler}emit/`)).map(said)).toEqual([]);
  });

  it("lets only the kernels know TensorFlow.js", () => {
    const wrong = imports.filter((each) => each.to.startsWith("@tensorflow/") && !each.from.startsWith("src/runtime/kernels/"));
    expect(wrong.map(said)).toEqual([]);
  });

  it("lets the compiler's phases touch no files", () => {
    const isFile = /^(node:)?(fs|fs\/promises|child_process|worker_threads)$/;
    const wrong = imports.filter((each) => each.from.startsWith(compiler) && each.from !== "src/compiler/host.ts" && isFile.test(each.to));
    expect(wrong.map(said)).toEqual([]);
  });

  it("loads neither ts-morph nor TensorFlow.js with what the compiler reads of the runtime", () => {
    for (const entry of ["src/compiler/compile.ts", "src/runtime/layers/index.ts", "src/runtime/ops/index.ts", "src/cli/main.ts"]) {
      const heavy = loadedBy(entry).filter((to) => to === "ts-morph" || to.startsWith("@tensorflow/") || to === "sharp");
      expect(heavy, entry).toEqual([]);
    }
  });
});

/** Everything that is loaded with a file: its imports and theirs, those of types and those on first use left out. */
function loadedBy(entry: string): readonly string[] {
  const dynamic = new Set(
    files.flatMap(({ file, path: from }) =>
      file
        .getDescendantsOfKind(SyntaxKind.CallExpression)
        .filter((call) => call.getExpression().getKind() === SyntaxKind.ImportKeyword)
        .flatMap((call) => {
          const [argument] = call.getArguments();
          return Node.isStringLiteral(argument) ? [`${from} ${target(file, argument.getLiteralValue())}`] : [];
        }),
    ),
  );
  const found = new Set<string>([entry]);
  for (const from of found) {
    for (const each of imports) if (each.from === from && !each.typeOnly && !dynamic.has(`${from} ${each.to}`)) found.add(each.to);
  }
  return [...found];
}

describe("the door of the runtime", () => {
  it("documents every name that it exports", () => {
    const door = project.getSourceFileOrThrow(path.join(root, "src/runtime/index.ts"));
    const bare = [...door.getExportedDeclarations()].filter(([, declarations]) => !declarations.some(isDocumented)).map(([name]) => name);
    expect(bare).toEqual([]);
  });
});

function isDocumented(declaration: ExportedDeclarations): boolean {
  const documented = Node.isVariableDeclaration(declaration) ? declaration.getVariableStatement() : declaration;
  return Node.isJSDocable(documented) && documented.getJsDocs().some((doc) => doc.getDescription().trim() !== "");
}

describe("every source file", () => {
  const sources = rooms
    .flatMap((room) => sourcesIn(path.join(root, room)))
    .map((file) => ({ path: relativePath(file), text: readFileSync(file, "utf8") }));

  it("has at most 400 lines", () => {
    expect(sources.filter((each) => each.path !== "grammar/cst.ts" && each.text.split("\n").length > 401).map((each) => each.path)).toEqual(
      [],
    );
  });

  it("is typed: no any, no double cast, no non-null assertion", () => {
    const loose = files.filter(({ file }) => file.getDescendantsOfKind(SyntaxKind.AnyKeyword).length > 0).map((each) => each.path);
    const asserted = files
      .filter(({ file }) => file.getDescendantsOfKind(SyntaxKind.NonNullExpression).length > 0)
      .map((each) => each.path);
    const cast = files
      .filter(({ file }) => file.getDescendantsOfKind(SyntaxKind.AsExpression).some((each) => Node.isAsExpression(each.getExpression())))
      .map((each) => each.path);
    expect({ loose, asserted, cast }).toEqual({ loose: [], asserted: [], cast: [] });
  });

  it("silences no checker and leaves nothing for later", () => {
    const words = new RegExp(
      ["@ts-" + "(ignore|nocheck|expect-error)", "biome-" + "ignore", "\\bTO" + "DO\\b", "\\bFIX" + "ME\\b"].join("|"),
    );
    const code = sources.filter((each) => !each.path.startsWith("test/"));
    expect(code.filter((each) => words.test(each.text)).map((each) => each.path)).toEqual([]);
  });

  it("has a name in kebab case", () => {
    expect(sources.filter((each) => !/^[a-z0-9.-]+$/.test(path.basename(each.path))).map((each) => each.path)).toEqual([]);
  });
});

function sourcesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const full = path.join(folder, name);
    if (statSync(full).isDirectory()) return name === "golden" ? [] : sourcesIn(full);
    return /\.m?ts$|\.mjs$/.test(name) ? [full] : [];
  });
}
