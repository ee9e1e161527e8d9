/** The numbers that `facec probe` is given. */
import { readFileSync } from "node:fs";
import { fail } from "../diagnostics/diagnostic.js";
import type { Nested, ProbeValues } from "../runtime/probe.js";

/** What VALUES.json holds; mistakes in it are said by name. */
export function readValues(file: string): ProbeValues {
  const wrong = (what: string): never => fail("values-wrong", null, { path: file, what });
  const given = parse(file, wrong);
  const x = rows(given.x) ?? wrong("x must be [samples][features], all rows of one length");
  const y = numbers(given.y) ?? wrong("y must be a list of classes, one for each sample");
  if (x.length === 0 || y.length !== x.length) wrong(`x has ${x.length} samples, and y ${y.length}`);
  if (y.some((label) => !Number.isInteger(label) || label < 0)) wrong("y must hold whole numbers from 0");
  const classes = rows(given.W)?.[0]?.length ?? numbers(given.b)?.length ?? rows(given.centers)?.length;
  const outside = y.find((label) => classes !== undefined && label >= classes);
  if (outside !== undefined) wrong(`y names class ${outside}, and there are ${classes}`);
  const features = rows(given.W)?.length;
  if (features !== undefined && features !== x[0]?.length)
    wrong(`W must be [features][classes]: it has ${features} rows, and x ${x[0]?.length} features`);
  return {
    x,
    y,
    ...(given.W === undefined ? {} : { W: rows(given.W) ?? wrong("W must be [features][classes], all rows of one length") }),
    ...(given.b === undefined ? {} : { b: numbers(given.b) ?? wrong("b must be a list of numbers") }),
    ...(given.centers === undefined ? {} : { centers: rows(given.centers) ?? wrong("centers must be [classes][features]") }),
    ...(given.states === undefined ? {} : { states: named(given.states) ?? wrong("states must be numbers or arrays by name") }),
    ...(given.learned === undefined ? {} : { learned: named(given.learned) ?? wrong("learned must be numbers or arrays by name") }),
    ...scalar(given, "epoch"),
    ...scalar(given, "step"),
    ...scalar(given, "progress"),
  };
}

function parse(file: string, wrong: (what: string) => never): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return wrong("there is no such file");
  }
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    return wrong(error instanceof Error ? error.message : "not JSON");
  }
  return isRecord(read) ? read : wrong("an object is wanted");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numbers(value: unknown): readonly number[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === "number") ? value : undefined;
}

function rows(value: unknown): readonly (readonly number[])[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = value.flatMap((row) => numbers(row) ?? []);
  const width = Array.isArray(value[0]) ? value[0].length : 0;
  return found.length === width * value.length && value.every((row) => Array.isArray(row) && row.length === width) ? value : undefined;
}

function named(value: unknown): Readonly<Record<string, Nested>> | undefined {
  return isRecord(value) && Object.values(value).every(isNested)
    ? Object.fromEntries(Object.entries(value).filter(isNestedEntry))
    : undefined;
}

function isNestedEntry(entry: [string, unknown]): entry is [string, Nested] {
  return isNested(entry[1]);
}

function isNested(value: unknown): value is Nested {
  return typeof value === "number" || (Array.isArray(value) && value.every(isNested));
}

function scalar(given: Readonly<Record<string, unknown>>, name: "epoch" | "step" | "progress"): Partial<ProbeValues> {
  const value = given[name];
  return typeof value === "number" ? { [name]: value } : {};
}
