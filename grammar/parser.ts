/**
 * The grammar: what may stand where, and nothing of what it means. The rule names are those of REFERENCE.md.
 * `;` may stand between statements and never must; a line break matters in three places only: `gluedTo`, `continues` and
 * `sameLine` of expressions.ts.
 */
import type { Rule } from "./expressions.js";
import { FormulaParser } from "./formulas.js";
import * as t from "./tokens.js";

export class FaceParser extends FormulaParser {
  constructor(validate: boolean) {
    super(validate);
    this.performSelfAnalysis();
  }

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
}
