/** The one door of the runtime: everything that a generated program may import as `facec/runtime`. */
export {
  backbone,
  brightness,
  count,
  crop,
  except,
  flip,
  folder,
  loss,
  origin,
  pairs,
  part,
  sgd,
  synthetic,
  training,
} from "./declare.js";
export type { Arguments, Layer, Shape } from "./describe.js";
export type {
  Augmentation,
  Backbone,
  Cell,
  DataPart,
  Dataset,
  Loss,
  LossInputs,
  LossValue,
  Measure,
  Options,
  Progress,
  Protocol,
  Published,
  Table,
  Training,
} from "./experiment.js";
export { avgpool, bn, conv, dense, dropout, flatten, globalpool, maxpool, prelu, relu, repeat, residual } from "./layers/index.js";
export * from "./ops/index.js";
export { commandLine } from "./options.js";
export { probe } from "./probe.js";
export type { Value } from "./step/record.js";
export { table } from "./table/table.js";
export { train } from "./train/train.js";
