export type OperationName = string;
