/** How each kind of declaration is called in messages, with its article. */
export const kindNames = {
  let: "a constant",
  dataset: "a data set",
  block: "a block",
  backbone: "a backbone",
  weighting: "a weighting",
  loss: "a loss",
  schedule: "a schedule",
  train: "a training",
  table: "a table",
} as const;
