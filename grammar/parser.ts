/**
 * The grammar: what may stand where, and nothing of what it means. The rule names are those of REFERENCE.md.
 * `;` may stand between statements and never must; a line break matters in two places only, both below: `gluedTo` and `opensStatement`.
 */
import { CstParser, type IToken, type IParserErrorMessageProvider, type ParserMethod, type CstNode, type TokenType } from "chevrotain";
import { LazyLookahead } from "./lookahead.js";
import * as t from "./tokens.js";

type Rule = ParserMethod<[], CstNode>;

/** What was expected where a declaration is whole and the text goes on. */
export const atEnd = "the end";

/** What the error texts of chevrotain are made to carry: only the words for what was expected. Wording is done elsewhere. */
const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.LABEL ?? expected.name,
  buildNotAllInputParsedMessage: () => atEnd,
  buildNoViableAltMessage: ({ expectedPathsPerAlt, customUserDescription }) =>
    customUserDescription ?? words(expectedPathsPerAlt.flatMap((paths) => paths.flatMap((path) => path.slice(0, 1)))),
  buildEarlyExitMessage: ({ expectedIterationPaths, customUserDescription }) =>
    customUserDescription ?? words(expectedIterationPaths.flatMap((path) => path.slice(0, 1))),
};

function words(types: readonly TokenType[]): string {
  const labels = [...new Set(types.map((type) => type.LABEL ?? type.name))];
  const last = labels.pop() ?? "";
  return labels.length === 0 ? last : `${labels.join(", ")} or ${last}`;
}

/** Marks a `-` that begins a statement instead of going on with the line above: see `markStatements` in read.ts. */
export const beginsStatement = "begins a statement";

export class FaceParser extends CstParser {
  constructor(validate: boolean) {
    super([...t.vocabulary], {
      errorMessageProvider: expectations,
      lookaheadStrategy: new LazyLookahead({ maxLookahead: 1 }),
      maxLookahead: 1,
      nodeLocationTracking: "onlyOffset",
      recoveryEnabled: false,
      skipValidations: !validate,
    });
    this.performSelfAnalysis();
  }

  /** A "(" or "[" belongs to what stands before it only on the same line, and never to a number. */
  private readonly gluedTo = (): boolean => {
    const before: IToken = this.LA(0);
    return before.endLine === this.LA(1).startLine && !t.AnyNumber.categoryMatches?.includes(before.tokenTypeIdx);
  };
  private readonly continues = (): boolean => this.LA(1).payload !== beginsStatement;
  private readonly sameLine = (): boolean => this.LA(0).endLine === this.LA(1).startLine;

  // -------------------------------------------------------------- declarations

  readonly file: Rule = this.RULE("file", () => {
    this.MANY(() => {
      this.OR([{ ALT: () => this.SUBRULE(this.declaration) }, { ALT: () => this.CONSUME(t.Semicolon) }]);
    });
  });

  readonly declaration: Rule = this.RULE("declaration", () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.use) },
        { ALT: () => this.SUBRULE(this.constant) },
        { ALT: () => this.SUBRULE(this.dataset) },
        { ALT: () => this.SUBRULE(this.network) },
        { ALT: () => this.SUBRULE(this.formula) },
        { ALT: () => this.SUBRULE(this.train) },
        { ALT: () => this.SUBRULE(this.table) },
      ],
      ERR_MSG: "a declaration",
    });
  });

  readonly use: Rule = this.RULE("use", () => {
    this.CONSUME(t.Use);
    this.SUBRULE(this.module);
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.CONSUME(t.Word);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RCurly);
  });

  readonly module: Rule = this.RULE("module", () => {
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.Text) },
        {
          ALT: () => {
            this.CONSUME(t.Word);
            this.MANY(() => {
              this.CONSUME(t.Dot);
              this.CONSUME2(t.Word);
            });
          },
        },
      ],
      ERR_MSG: 'a module: `std.losses`, or a file such as "./mine.face"',
    });
  });

  readonly constant: Rule = this.RULE("constant", () => {
    this.CONSUME(t.Let);
    this.CONSUME(t.Word);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  // -------------------------------------------------------------- data

  readonly dataset: Rule = this.RULE("dataset", () => {
    this.CONSUME(t.Dataset);
    this.CONSUME(t.Word);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.OR([{ ALT: () => this.SUBRULE(this.datasetSetting) }, { ALT: () => this.CONSUME(t.Semicolon) }]);
    });
    this.CONSUME(t.RCurly);
  });

  readonly datasetSetting: Rule = this.RULE("datasetSetting", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.image) },
      { ALT: () => this.SUBRULE(this.scale) },
      { ALT: () => this.SUBRULE(this.augment) },
      { ALT: () => this.SUBRULE(this.split) },
    ]);
  });

  readonly image: Rule = this.RULE("image", () => {
    this.CONSUME(t.Image);
    this.SUBRULE(this.expression);
    this.OPTION(() => this.CONSUME(t.Resized));
  });

  readonly scale: Rule = this.RULE("scale", () => {
    this.CONSUME(t.Scale);
    this.SUBRULE(this.expression);
  });

  readonly augment: Rule = this.RULE("augment", () => {
    this.CONSUME(t.Augment);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
  });

  readonly split: Rule = this.RULE("split", () => {
    this.CONSUME(t.Split);
    this.CONSUME(t.Word);
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.SUBRULE(this.part);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RCurly);
    this.OPTION2(() => {
      this.CONSUME(t.Seed);
      this.SUBRULE(this.expression);
    });
  });

  readonly part: Rule = this.RULE("part", () => {
    this.CONSUME(t.Word);
    this.SUBRULE(this.expression);
  });

  // -------------------------------------------------------------- networks

  readonly network: Rule = this.RULE("network", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Block) }, { ALT: () => this.CONSUME(t.Backbone) }]);
    this.CONSUME(t.Word);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.SUBRULE(this.layers);
  });

  readonly parameters: Rule = this.RULE("parameters", () => {
    this.CONSUME(t.LParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.parameter) });
    this.CONSUME(t.RParen);
  });

  readonly parameter: Rule = this.RULE("parameter", () => {
    this.CONSUME(t.Word);
    this.OPTION(() => {
      this.CONSUME(t.Equals);
      this.SUBRULE(this.expression);
    });
  });

  readonly layers: Rule = this.RULE("layers", () => {
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.OR([{ ALT: () => this.SUBRULE(this.layer) }, { ALT: () => this.CONSUME(t.Semicolon) }]);
    });
    this.CONSUME(t.RCurly);
  });

  readonly layer: Rule = this.RULE("layer", () => {
    this.CONSUME(t.Word);
    this.OPTION({
      GATE: this.gluedTo,
      DEF: () => {
        this.CONSUME(t.LParen);
        this.OPTION2(() => this.SUBRULE(this.argumentList));
        this.CONSUME(t.RParen);
      },
    });
    this.MANY(() => this.SUBRULE(this.layers));
  });

  // -------------------------------------------------------------- formulas

  readonly formula: Rule = this.RULE("formula", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Weighting) }, { ALT: () => this.CONSUME(t.Loss) }, { ALT: () => this.CONSUME(t.Schedule) }]);
    this.CONSUME(t.Word);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.OR2({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.Equals);
            this.SUBRULE(this.expression);
            this.OPTION2(() => this.SUBRULE(this.where));
          },
        },
        { ALT: () => this.SUBRULE(this.formulaBody) },
      ],
      ERR_MSG: "`=` or `{`",
    });
  });

  readonly formulaBody: Rule = this.RULE("formulaBody", () => {
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.OR([{ ALT: () => this.SUBRULE(this.formulaItem) }, { ALT: () => this.CONSUME(t.Semicolon) }]);
    });
    this.SUBRULE(this.expression);
    this.MANY2(() => this.CONSUME2(t.Semicolon));
    this.OPTION(() => this.SUBRULE(this.where));
    this.CONSUME(t.RCurly);
  });

  readonly formulaItem: Rule = this.RULE("formulaItem", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.constant) },
      { ALT: () => this.SUBRULE(this.learn) },
      { ALT: () => this.SUBRULE(this.state) },
      { ALT: () => this.SUBRULE(this.update) },
    ]);
  });

  readonly learn: Rule = this.RULE("learn", () => {
    this.CONSUME(t.Learn);
    this.CONSUME(t.Word);
    this.SUBRULE(this.axes);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE(this.bound);
    });
  });

  readonly bound: Rule = this.RULE("bound", () => {
    this.CONSUME(t.At);
    this.OR([{ ALT: () => this.CONSUME(t.Least) }, { ALT: () => this.CONSUME(t.Most) }]);
    this.SUBRULE(this.expression);
  });

  readonly state: Rule = this.RULE("state", () => {
    this.CONSUME(t.State);
    this.CONSUME(t.Word);
    this.SUBRULE(this.axes);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  readonly axes: Rule = this.RULE("axes", () => {
    this.OPTION(() => {
      this.CONSUME(t.LSquare);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.axis) });
      this.CONSUME(t.RSquare);
    });
    this.OPTION2(() => {
      this.CONSUME(t.Colon);
      this.AT_LEAST_ONE_SEP2({ SEP: t.Comma, DEF: () => this.SUBRULE2(this.axis) });
    });
  });

  readonly axis: Rule = this.RULE("axis", () => {
    this.CONSUME(t.Word);
    this.OPTION(() => {
      this.CONSUME(t.LParen);
      this.SUBRULE(this.expression);
      this.CONSUME(t.RParen);
    });
  });

  readonly update: Rule = this.RULE("update", () => {
    this.CONSUME(t.Update);
    this.CONSUME(t.Word);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  readonly where: Rule = this.RULE("where", () => {
    this.CONSUME(t.Where);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.binding) });
  });

  readonly binding: Rule = this.RULE("binding", () => {
    this.CONSUME(t.Word);
    this.OPTION(() => {
      this.CONSUME(t.LParen);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME2(t.Word) });
      this.CONSUME(t.RParen);
    });
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  // -------------------------------------------------------------- training and tables

  readonly train: Rule = this.RULE("train", () => {
    this.CONSUME(t.Train);
    this.CONSUME(t.Word);
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.OR([{ ALT: () => this.SUBRULE(this.trainSetting) }, { ALT: () => this.CONSUME(t.Semicolon) }]);
    });
    this.CONSUME(t.RCurly);
  });

  readonly trainSetting: Rule = this.RULE("trainSetting", () => {
    // `evaluate` is a Word too: the first alternative that fits is taken, which is the one meant.
    this.OR([{ ALT: () => this.SUBRULE(this.evaluate), IGNORE_AMBIGUITIES: true }, { ALT: () => this.SUBRULE(this.setting) }]);
  });

  readonly evaluate: Rule = this.RULE("evaluate", () => {
    this.CONSUME(t.Evaluate);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.Every);
      this.SUBRULE2(this.expression);
      this.CONSUME(t.Epochs);
    });
    this.OPTION2(() => {
      this.CONSUME(t.Comma);
      this.CONSUME(t.Keep);
      this.CONSUME(t.Best);
    });
  });

  /** The value stands on the line of its word: a setting without one must not swallow the next setting. */
  readonly setting: Rule = this.RULE("setting", () => {
    this.CONSUME(t.Word);
    this.OPTION({ GATE: this.sameLine, DEF: () => this.SUBRULE(this.expression) });
  });

  readonly table: Rule = this.RULE("table", () => {
    this.CONSUME(t.Table);
    this.CONSUME(t.Word);
    this.OPTION(() => this.CONSUME(t.Text));
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.OR([{ ALT: () => this.SUBRULE(this.tableSetting) }, { ALT: () => this.CONSUME(t.Semicolon) }]);
    });
    this.CONSUME(t.RCurly);
  });

  readonly tableSetting: Rule = this.RULE("tableSetting", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.from) },
      { ALT: () => this.SUBRULE(this.variation) },
      { ALT: () => this.SUBRULE(this.seeds) },
      { ALT: () => this.SUBRULE(this.cell) },
      { ALT: () => this.SUBRULE(this.published) },
    ]);
  });

  readonly from: Rule = this.RULE("from", () => {
    this.CONSUME(t.From);
    this.CONSUME(t.Word);
  });

  readonly variation: Rule = this.RULE("variation", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Rows) }, { ALT: () => this.CONSUME(t.Columns) }]);
    this.CONSUME(t.Word);
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.SUBRULE(this.entry);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RCurly);
    this.OPTION2(() => {
      this.CONSUME(t.Tuned);
      this.SUBRULE(this.expression);
      this.CONSUME(t.In);
      this.SUBRULE2(this.expression);
    });
  });

  readonly entry: Rule = this.RULE("entry", () => {
    this.OPTION({
      MAX_LOOKAHEAD: 2,
      DEF: () => {
        this.CONSUME(t.Text);
        this.CONSUME(t.Equals);
      },
    });
    this.SUBRULE(this.expression);
  });

  readonly seeds: Rule = this.RULE("seeds", () => {
    this.CONSUME(t.Seeds);
    this.SUBRULE(this.expression);
  });

  readonly cell: Rule = this.RULE("cell", () => {
    this.CONSUME(t.Cell);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.CONSUME(t.Word);
    });
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE(this.cellStyle);
    });
  });

  readonly cellStyle: Rule = this.RULE("cellStyle", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Mean);
          this.CONSUME(t.And);
          this.CONSUME(t.Std);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Best);
          this.CONSUME(t.Bold);
        },
      },
    ]);
  });

  readonly published: Rule = this.RULE("published", () => {
    this.CONSUME(t.Published);
    this.CONSUME(t.Text);
    this.CONSUME(t.LCurly);
    this.MANY(() => {
      this.SUBRULE(this.figure);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RCurly);
    this.OPTION2(() => {
      this.CONSUME(t.Within);
      this.SUBRULE(this.expression);
    });
  });

  readonly figure: Rule = this.RULE("figure", () => {
    this.CONSUME(t.LParen);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Comma);
    this.SUBRULE2(this.expression);
    this.CONSUME(t.RParen);
    this.SUBRULE3(this.expression);
  });

  // -------------------------------------------------------------- expressions

  readonly expression: Rule = this.RULE("expression", () => {
    this.OR({
      DEF: [{ ALT: () => this.SUBRULE(this.conditional) }, { ALT: () => this.SUBRULE(this.operation) }],
      ERR_MSG: "a formula",
    });
  });

  readonly conditional: Rule = this.RULE("conditional", () => {
    this.CONSUME(t.If);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Then);
    this.SUBRULE2(this.expression);
    this.CONSUME(t.Else);
    this.SUBRULE3(this.expression);
  });

  readonly operation: Rule = this.RULE("operation", () => {
    this.SUBRULE(this.operand);
    this.MANY({
      GATE: this.continues,
      DEF: () => {
        this.CONSUME(t.Infix);
        this.SUBRULE2(this.operand);
      },
    });
  });

  readonly operand: Rule = this.RULE("operand", () => {
    this.MANY(() => this.CONSUME(t.Prefix));
    this.SUBRULE(this.primary);
    this.MANY2({ GATE: () => this.LA(1).tokenType === t.Dot || this.gluedTo(), DEF: () => this.SUBRULE(this.suffix) });
  });

  readonly primary: Rule = this.RULE("primary", () => {
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.AnyNumber) },
        { ALT: () => this.CONSUME(t.Text) },
        { ALT: () => this.CONSUME(t.Size) },
        { ALT: () => this.CONSUME(t.Word) },
        { ALT: () => this.SUBRULE(this.list) },
        { ALT: () => this.SUBRULE(this.group) },
      ],
      ERR_MSG: "an operand",
    });
  });

  readonly group: Rule = this.RULE("group", () => {
    this.CONSUME(t.LParen);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RParen);
  });

  readonly list: Rule = this.RULE("list", () => {
    this.CONSUME(t.LSquare);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RSquare);
  });

  readonly suffix: Rule = this.RULE("suffix", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.call) },
      { ALT: () => this.SUBRULE(this.index) },
      { ALT: () => this.SUBRULE(this.member) },
    ]);
  });

  readonly call: Rule = this.RULE("call", () => {
    this.CONSUME(t.LParen);
    this.OPTION(() => this.SUBRULE(this.argumentList));
    this.OPTION2(() => this.SUBRULE(this.over));
    this.CONSUME(t.RParen);
  });

  readonly index: Rule = this.RULE("index", () => {
    this.CONSUME(t.LSquare);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RSquare);
  });

  readonly member: Rule = this.RULE("member", () => {
    this.CONSUME(t.Dot);
    this.CONSUME(t.Word);
  });

  readonly argumentList: Rule = this.RULE("argumentList", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
  });

  readonly argument: Rule = this.RULE("argument", () => {
    this.OPTION({
      MAX_LOOKAHEAD: 2,
      DEF: () => {
        this.CONSUME(t.Word);
        this.CONSUME(t.Equals);
      },
    });
    this.SUBRULE(this.expression);
  });

  readonly over: Rule = this.RULE("over", () => {
    this.CONSUME(t.Over);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Word) });
    this.OPTION(() => {
      this.CONSUME(t.By);
      this.CONSUME2(t.Word);
    });
    this.OPTION2(() => {
      this.CONSUME(t.In);
      this.SUBRULE(this.expression);
    });
    this.OPTION3(() => {
      this.CONSUME(t.Where);
      this.SUBRULE2(this.expression);
    });
  });
}
