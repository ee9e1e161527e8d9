// Generated from parser.ts by `npm run grammar`. Do not edit.

import type { CstNode, ICstVisitor, IToken } from "chevrotain";

export interface FileCstNode extends CstNode {
  name: "file";
  children: FileCstChildren;
}

export type FileCstChildren = {
  declaration?: DeclarationCstNode[];
  Semicolon?: IToken[];
};

export interface DeclarationCstNode extends CstNode {
  name: "declaration";
  children: DeclarationCstChildren;
}

export type DeclarationCstChildren = {
  use?: UseCstNode[];
  constant?: ConstantCstNode[];
  dataset?: DatasetCstNode[];
  network?: NetworkCstNode[];
  formula?: FormulaCstNode[];
  train?: TrainCstNode[];
  table?: TableCstNode[];
};

export interface UseCstNode extends CstNode {
  name: "use";
  children: UseCstChildren;
}

export type UseCstChildren = {
  Use: IToken[];
  module: ModuleCstNode[];
  LCurly: IToken[];
  Word?: IToken[];
  Comma?: IToken[];
  RCurly: IToken[];
};

export interface ModuleCstNode extends CstNode {
  name: "module";
  children: ModuleCstChildren;
}

export type ModuleCstChildren = {
  Text?: IToken[];
  Word?: (IToken)[];
  Dot?: IToken[];
};

export interface ConstantCstNode extends CstNode {
  name: "constant";
  children: ConstantCstChildren;
}

export type ConstantCstChildren = {
  Let: IToken[];
  Word: IToken[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface ExpressionCstNode extends CstNode {
  name: "expression";
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  conditional?: ConditionalCstNode[];
  operation?: OperationCstNode[];
};

export interface ConditionalCstNode extends CstNode {
  name: "conditional";
  children: ConditionalCstChildren;
}

export type ConditionalCstChildren = {
  If: IToken[];
  expression: (ExpressionCstNode)[];
  Then: IToken[];
  Else: IToken[];
};

export interface OperationCstNode extends CstNode {
  name: "operation";
  children: OperationCstChildren;
}

export type OperationCstChildren = {
  operand: (OperandCstNode)[];
  Infix?: IToken[];
};

export interface OperandCstNode extends CstNode {
  name: "operand";
  children: OperandCstChildren;
}

export type OperandCstChildren = {
  Prefix?: IToken[];
  primary: PrimaryCstNode[];
  suffix?: SuffixCstNode[];
};

export interface PrimaryCstNode extends CstNode {
  name: "primary";
  children: PrimaryCstChildren;
}

export type PrimaryCstChildren = {
  AnyNumber?: IToken[];
  Text?: IToken[];
  Size?: IToken[];
  Word?: IToken[];
  list?: ListCstNode[];
  group?: GroupCstNode[];
};

export interface ListCstNode extends CstNode {
  name: "list";
  children: ListCstChildren;
}

export type ListCstChildren = {
  LSquare: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  RSquare: IToken[];
};

export interface GroupCstNode extends CstNode {
  name: "group";
  children: GroupCstChildren;
}

export type GroupCstChildren = {
  LParen: IToken[];
  expression: ExpressionCstNode[];
  RParen: IToken[];
};

export interface SuffixCstNode extends CstNode {
  name: "suffix";
  children: SuffixCstChildren;
}

export type SuffixCstChildren = {
  call?: CallCstNode[];
  index?: IndexCstNode[];
  member?: MemberCstNode[];
};

export interface CallCstNode extends CstNode {
  name: "call";
  children: CallCstChildren;
}

export type CallCstChildren = {
  LParen: IToken[];
  argumentList?: ArgumentListCstNode[];
  over?: OverCstNode[];
  RParen: IToken[];
};

export interface ArgumentListCstNode extends CstNode {
  name: "argumentList";
  children: ArgumentListCstChildren;
}

export type ArgumentListCstChildren = {
  argument: ArgumentCstNode[];
  Comma?: IToken[];
};

export interface ArgumentCstNode extends CstNode {
  name: "argument";
  children: ArgumentCstChildren;
}

export type ArgumentCstChildren = {
  Word?: IToken[];
  Equals?: IToken[];
  expression: ExpressionCstNode[];
};

export interface OverCstNode extends CstNode {
  name: "over";
  children: OverCstChildren;
}

export type OverCstChildren = {
  Over: IToken[];
  Word: (IToken)[];
  Comma?: IToken[];
  By?: IToken[];
  In?: IToken[];
  expression?: (ExpressionCstNode)[];
  Where?: IToken[];
};

export interface IndexCstNode extends CstNode {
  name: "index";
  children: IndexCstChildren;
}

export type IndexCstChildren = {
  LSquare: IToken[];
  expression: ExpressionCstNode[];
  RSquare: IToken[];
};

export interface MemberCstNode extends CstNode {
  name: "member";
  children: MemberCstChildren;
}

export type MemberCstChildren = {
  Dot: IToken[];
  Word: IToken[];
};

export interface DatasetCstNode extends CstNode {
  name: "dataset";
  children: DatasetCstChildren;
}

export type DatasetCstChildren = {
  Dataset: IToken[];
  Word: IToken[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
  LCurly: IToken[];
  datasetSetting?: DatasetSettingCstNode[];
  Semicolon?: IToken[];
  RCurly: IToken[];
};

export interface DatasetSettingCstNode extends CstNode {
  name: "datasetSetting";
  children: DatasetSettingCstChildren;
}

export type DatasetSettingCstChildren = {
  image?: ImageCstNode[];
  scale?: ScaleCstNode[];
  augment?: AugmentCstNode[];
  split?: SplitCstNode[];
};

export interface ImageCstNode extends CstNode {
  name: "image";
  children: ImageCstChildren;
}

export type ImageCstChildren = {
  Image: IToken[];
  expression: ExpressionCstNode[];
  Resized?: IToken[];
};

export interface ScaleCstNode extends CstNode {
  name: "scale";
  children: ScaleCstChildren;
}

export type ScaleCstChildren = {
  Scale: IToken[];
  expression: ExpressionCstNode[];
};

export interface AugmentCstNode extends CstNode {
  name: "augment";
  children: AugmentCstChildren;
}

export type AugmentCstChildren = {
  Augment: IToken[];
  expression: ExpressionCstNode[];
  Comma?: IToken[];
};

export interface SplitCstNode extends CstNode {
  name: "split";
  children: SplitCstChildren;
}

export type SplitCstChildren = {
  Split: IToken[];
  Word: IToken[];
  LCurly: IToken[];
  part?: PartCstNode[];
  Comma?: IToken[];
  RCurly: IToken[];
  Seed?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface PartCstNode extends CstNode {
  name: "part";
  children: PartCstChildren;
}

export type PartCstChildren = {
  Word: IToken[];
  expression: ExpressionCstNode[];
};

export interface NetworkCstNode extends CstNode {
  name: "network";
  children: NetworkCstChildren;
}

export type NetworkCstChildren = {
  Block?: IToken[];
  Backbone?: IToken[];
  Word: IToken[];
  parameters?: ParametersCstNode[];
  layers: LayersCstNode[];
};

export interface ParametersCstNode extends CstNode {
  name: "parameters";
  children: ParametersCstChildren;
}

export type ParametersCstChildren = {
  LParen: IToken[];
  parameter?: ParameterCstNode[];
  Comma?: IToken[];
  RParen: IToken[];
};

export interface ParameterCstNode extends CstNode {
  name: "parameter";
  children: ParameterCstChildren;
}

export type ParameterCstChildren = {
  Word: IToken[];
  Equals?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface LayersCstNode extends CstNode {
  name: "layers";
  children: LayersCstChildren;
}

export type LayersCstChildren = {
  LCurly: IToken[];
  layer?: LayerCstNode[];
  Semicolon?: IToken[];
  RCurly: IToken[];
};

export interface LayerCstNode extends CstNode {
  name: "layer";
  children: LayerCstChildren;
}

export type LayerCstChildren = {
  Word: IToken[];
  LParen?: IToken[];
  argumentList?: ArgumentListCstNode[];
  RParen?: IToken[];
  layers?: LayersCstNode[];
};

export interface FormulaCstNode extends CstNode {
  name: "formula";
  children: FormulaCstChildren;
}

export type FormulaCstChildren = {
  Weighting?: IToken[];
  Loss?: IToken[];
  Schedule?: IToken[];
  Word: IToken[];
  parameters?: ParametersCstNode[];
  Equals?: IToken[];
  expression?: ExpressionCstNode[];
  where?: WhereCstNode[];
  formulaBody?: FormulaBodyCstNode[];
};

export interface WhereCstNode extends CstNode {
  name: "where";
  children: WhereCstChildren;
}

export type WhereCstChildren = {
  Where: IToken[];
  binding: BindingCstNode[];
  Comma?: IToken[];
};

export interface BindingCstNode extends CstNode {
  name: "binding";
  children: BindingCstChildren;
}

export type BindingCstChildren = {
  Word: (IToken)[];
  LParen?: IToken[];
  Comma?: IToken[];
  RParen?: IToken[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface FormulaBodyCstNode extends CstNode {
  name: "formulaBody";
  children: FormulaBodyCstChildren;
}

export type FormulaBodyCstChildren = {
  LCurly: IToken[];
  formulaItem?: FormulaItemCstNode[];
  Semicolon?: (IToken)[];
  expression: ExpressionCstNode[];
  where?: WhereCstNode[];
  RCurly: IToken[];
};

export interface FormulaItemCstNode extends CstNode {
  name: "formulaItem";
  children: FormulaItemCstChildren;
}

export type FormulaItemCstChildren = {
  constant?: ConstantCstNode[];
  learn?: LearnCstNode[];
  state?: StateCstNode[];
  update?: UpdateCstNode[];
};

export interface LearnCstNode extends CstNode {
  name: "learn";
  children: LearnCstChildren;
}

export type LearnCstChildren = {
  Learn: IToken[];
  Word: IToken[];
  axes: AxesCstNode[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
  Comma?: IToken[];
  bound?: BoundCstNode[];
};

export interface AxesCstNode extends CstNode {
  name: "axes";
  children: AxesCstChildren;
}

export type AxesCstChildren = {
  LSquare?: IToken[];
  axis?: (AxisCstNode)[];
  Comma?: (IToken)[];
  RSquare?: IToken[];
  Colon?: IToken[];
};

export interface AxisCstNode extends CstNode {
  name: "axis";
  children: AxisCstChildren;
}

export type AxisCstChildren = {
  Word: IToken[];
  LParen?: IToken[];
  expression?: ExpressionCstNode[];
  RParen?: IToken[];
};

export interface BoundCstNode extends CstNode {
  name: "bound";
  children: BoundCstChildren;
}

export type BoundCstChildren = {
  At: IToken[];
  Least?: IToken[];
  Most?: IToken[];
  expression: ExpressionCstNode[];
};

export interface StateCstNode extends CstNode {
  name: "state";
  children: StateCstChildren;
}

export type StateCstChildren = {
  State: IToken[];
  Word: IToken[];
  axes: AxesCstNode[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface UpdateCstNode extends CstNode {
  name: "update";
  children: UpdateCstChildren;
}

export type UpdateCstChildren = {
  Update: IToken[];
  Word: IToken[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface TrainCstNode extends CstNode {
  name: "train";
  children: TrainCstChildren;
}

export type TrainCstChildren = {
  Train: IToken[];
  Word: IToken[];
  LCurly: IToken[];
  trainSetting?: TrainSettingCstNode[];
  Semicolon?: IToken[];
  RCurly: IToken[];
};

export interface TrainSettingCstNode extends CstNode {
  name: "trainSetting";
  children: TrainSettingCstChildren;
}

export type TrainSettingCstChildren = {
  evaluate?: EvaluateCstNode[];
  setting?: SettingCstNode[];
};

export interface EvaluateCstNode extends CstNode {
  name: "evaluate";
  children: EvaluateCstChildren;
}

export type EvaluateCstChildren = {
  Evaluate: IToken[];
  expression: (ExpressionCstNode)[];
  Every?: IToken[];
  Epochs?: IToken[];
  Comma?: IToken[];
  Keep?: IToken[];
  Best?: IToken[];
};

export interface SettingCstNode extends CstNode {
  name: "setting";
  children: SettingCstChildren;
}

export type SettingCstChildren = {
  Word: IToken[];
  expression?: ExpressionCstNode[];
};

export interface TableCstNode extends CstNode {
  name: "table";
  children: TableCstChildren;
}

export type TableCstChildren = {
  Table: IToken[];
  Word: IToken[];
  Text?: IToken[];
  LCurly: IToken[];
  tableSetting?: TableSettingCstNode[];
  Semicolon?: IToken[];
  RCurly: IToken[];
};

export interface TableSettingCstNode extends CstNode {
  name: "tableSetting";
  children: TableSettingCstChildren;
}

export type TableSettingCstChildren = {
  from?: FromCstNode[];
  variation?: VariationCstNode[];
  seeds?: SeedsCstNode[];
  cell?: CellCstNode[];
  published?: PublishedCstNode[];
};

export interface FromCstNode extends CstNode {
  name: "from";
  children: FromCstChildren;
}

export type FromCstChildren = {
  From: IToken[];
  Word: IToken[];
};

export interface VariationCstNode extends CstNode {
  name: "variation";
  children: VariationCstChildren;
}

export type VariationCstChildren = {
  Rows?: IToken[];
  Columns?: IToken[];
  Word: IToken[];
  LCurly: IToken[];
  entry?: EntryCstNode[];
  Comma?: IToken[];
  RCurly: IToken[];
  Tuned?: IToken[];
  expression?: (ExpressionCstNode)[];
  In?: IToken[];
};

export interface EntryCstNode extends CstNode {
  name: "entry";
  children: EntryCstChildren;
}

export type EntryCstChildren = {
  Text?: IToken[];
  Equals?: IToken[];
  expression: ExpressionCstNode[];
};

export interface SeedsCstNode extends CstNode {
  name: "seeds";
  children: SeedsCstChildren;
}

export type SeedsCstChildren = {
  Seeds: IToken[];
  expression: ExpressionCstNode[];
};

export interface CellCstNode extends CstNode {
  name: "cell";
  children: CellCstChildren;
}

export type CellCstChildren = {
  Cell: IToken[];
  expression: ExpressionCstNode[];
  As?: IToken[];
  Word?: IToken[];
  Comma?: IToken[];
  cellStyle?: CellStyleCstNode[];
};

export interface CellStyleCstNode extends CstNode {
  name: "cellStyle";
  children: CellStyleCstChildren;
}

export type CellStyleCstChildren = {
  Mean?: IToken[];
  And?: IToken[];
  Std?: IToken[];
  Best?: IToken[];
  Bold?: IToken[];
};

export interface PublishedCstNode extends CstNode {
  name: "published";
  children: PublishedCstChildren;
}

export type PublishedCstChildren = {
  Published: IToken[];
  Text: IToken[];
  LCurly: IToken[];
  figure?: FigureCstNode[];
  Comma?: IToken[];
  RCurly: IToken[];
  Within?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface FigureCstNode extends CstNode {
  name: "figure";
  children: FigureCstChildren;
}

export type FigureCstChildren = {
  LParen: IToken[];
  expression: (ExpressionCstNode)[];
  Comma: IToken[];
  RParen: IToken[];
};

export interface ICstNodeVisitor<IN, OUT> extends ICstVisitor<IN, OUT> {
  file(children: FileCstChildren, param?: IN): OUT;
  declaration(children: DeclarationCstChildren, param?: IN): OUT;
  use(children: UseCstChildren, param?: IN): OUT;
  module(children: ModuleCstChildren, param?: IN): OUT;
  constant(children: ConstantCstChildren, param?: IN): OUT;
  expression(children: ExpressionCstChildren, param?: IN): OUT;
  conditional(children: ConditionalCstChildren, param?: IN): OUT;
  operation(children: OperationCstChildren, param?: IN): OUT;
  operand(children: OperandCstChildren, param?: IN): OUT;
  primary(children: PrimaryCstChildren, param?: IN): OUT;
  list(children: ListCstChildren, param?: IN): OUT;
  group(children: GroupCstChildren, param?: IN): OUT;
  suffix(children: SuffixCstChildren, param?: IN): OUT;
  call(children: CallCstChildren, param?: IN): OUT;
  argumentList(children: ArgumentListCstChildren, param?: IN): OUT;
  argument(children: ArgumentCstChildren, param?: IN): OUT;
  over(children: OverCstChildren, param?: IN): OUT;
  index(children: IndexCstChildren, param?: IN): OUT;
  member(children: MemberCstChildren, param?: IN): OUT;
  dataset(children: DatasetCstChildren, param?: IN): OUT;
  datasetSetting(children: DatasetSettingCstChildren, param?: IN): OUT;
  image(children: ImageCstChildren, param?: IN): OUT;
  scale(children: ScaleCstChildren, param?: IN): OUT;
  augment(children: AugmentCstChildren, param?: IN): OUT;
  split(children: SplitCstChildren, param?: IN): OUT;
  part(children: PartCstChildren, param?: IN): OUT;
  network(children: NetworkCstChildren, param?: IN): OUT;
  parameters(children: ParametersCstChildren, param?: IN): OUT;
  parameter(children: ParameterCstChildren, param?: IN): OUT;
  layers(children: LayersCstChildren, param?: IN): OUT;
  layer(children: LayerCstChildren, param?: IN): OUT;
  formula(children: FormulaCstChildren, param?: IN): OUT;
  where(children: WhereCstChildren, param?: IN): OUT;
  binding(children: BindingCstChildren, param?: IN): OUT;
  formulaBody(children: FormulaBodyCstChildren, param?: IN): OUT;
  formulaItem(children: FormulaItemCstChildren, param?: IN): OUT;
  learn(children: LearnCstChildren, param?: IN): OUT;
  axes(children: AxesCstChildren, param?: IN): OUT;
  axis(children: AxisCstChildren, param?: IN): OUT;
  bound(children: BoundCstChildren, param?: IN): OUT;
  state(children: StateCstChildren, param?: IN): OUT;
  update(children: UpdateCstChildren, param?: IN): OUT;
  train(children: TrainCstChildren, param?: IN): OUT;
  trainSetting(children: TrainSettingCstChildren, param?: IN): OUT;
  evaluate(children: EvaluateCstChildren, param?: IN): OUT;
  setting(children: SettingCstChildren, param?: IN): OUT;
  table(children: TableCstChildren, param?: IN): OUT;
  tableSetting(children: TableSettingCstChildren, param?: IN): OUT;
  from(children: FromCstChildren, param?: IN): OUT;
  variation(children: VariationCstChildren, param?: IN): OUT;
  entry(children: EntryCstChildren, param?: IN): OUT;
  seeds(children: SeedsCstChildren, param?: IN): OUT;
  cell(children: CellCstChildren, param?: IN): OUT;
  cellStyle(children: CellStyleCstChildren, param?: IN): OUT;
  published(children: PublishedCstChildren, param?: IN): OUT;
  figure(children: FigureCstChildren, param?: IN): OUT;
}
