/** The grammar of what is defined by formulas: weightings, losses, schedules, and what stands in their braces. */
import { ExpressionParser, type Rule } from "./expressions.js";
import * as t from "./tokens.js";

export abstract class FormulaParser extends ExpressionParser {
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

  readonly constant: Rule = this.RULE("constant", () => {
    this.CONSUME(t.Let);
    this.CONSUME(t.Word);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

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
}
