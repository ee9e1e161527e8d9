/** The grammar of expressions: chains of operators are read flat, and `precedence.ts` says how they nest. */
import { type CstNode, CstParser, type IParserErrorMessageProvider, type IToken, type ParserMethod, type TokenType } from "chevrotain";
import { LazyLookahead } from "./lookahead.js";
import * as t from "./tokens.js";

export type Rule = ParserMethod<[], CstNode>;

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

export abstract class ExpressionParser extends CstParser {
  constructor(validate: boolean) {
    super([...t.vocabulary], {
      errorMessageProvider: expectations,
      lookaheadStrategy: new LazyLookahead({ maxLookahead: 1 }),
      maxLookahead: 1,
      nodeLocationTracking: "onlyOffset",
      recoveryEnabled: false,
      skipValidations: !validate,
    });
  }

  /** A "(" or "[" belongs to what stands before it only on the same line, and never to a number. */
  protected readonly gluedTo = (): boolean => {
    const before: IToken = this.LA(0);
    return before.endLine === this.LA(1).startLine && !t.AnyNumber.categoryMatches?.includes(before.tokenTypeIdx);
  };
  private readonly continues = (): boolean => this.LA(1).payload !== beginsStatement;
  protected readonly sameLine = (): boolean => this.LA(0).endLine === this.LA(1).startLine;

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
    this.OR([{ ALT: () => this.SUBRULE(this.call) }, { ALT: () => this.SUBRULE(this.index) }, { ALT: () => this.SUBRULE(this.member) }]);
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
