/** Running a step: what whoever trains or embeds sees of it, however it is run. */
import { sizeOf } from "../kernels/shapes.js";
import type { Fed, ValueInfo } from "./step.js";

/** What a run is fed; scalars may be plain numbers. What the step does not read is ignored. */
export type Feeds = Readonly<Partial<Record<Fed["name"], Float32Array | Int32Array | number>>>;

/** Values by the names of variables; they may be made when they are asked for, which is once each. */
export type LoadedState = Pick<ReadonlyMap<string, Float32Array>, "get">;

export interface Runner {
  /** Sets the variables. All of the step's must be there; others are ignored. */
  load(state: LoadedState): void;
  /** Runs the step once and gives its outputs. A step that is not finite changes nothing and throws a FaceError. */
  run(feeds: Feeds): Promise<Record<string, Float32Array>>;
  /** A copy of the variables. */
  save(): Promise<Map<string, Float32Array>>;
  dispose(): void;
}

/** What is fed, in the type and number of entries that the step wants. */
export function fedData(data: Float32Array | Int32Array | number, info: ValueInfo, name: string): Float32Array | Int32Array {
  const list = typeof data === "number" ? [data] : data;
  if (list.length !== sizeOf(info.shape)) throw new Error(`${name} has ${list.length} entries; the step wants [${info.shape}].`);
  if (info.dtype === "float32") return list instanceof Float32Array ? list : Float32Array.from(list);
  return list instanceof Int32Array ? list : Int32Array.from(list);
}
