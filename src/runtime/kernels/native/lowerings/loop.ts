/** `loop` as our own operation, which is compiled into the addon (`native/`). */
import { loopOf } from "../../loop.js";
import type { Lowering, OpInfo } from "../ops.js";
import { loopProgram } from "../program.js";

export const loop: Lowering = (ops, inputs, attributes, outputs) => {
  const infos = inputs.map(({ shape, dtype }) => {
    if (dtype !== "float32" && dtype !== "bfloat16" && dtype !== "int32") throw new Error(`A loop over ${dtype}.`);
    return { shape, dtype };
  });
  const program = loopProgram(loopOf(attributes), infos, outputs);
  const { float32, bfloat16, int32 } = program.inputs;
  const order = [...program.outputs.float32, ...program.outputs.bfloat16];
  const int = (value: number) => ({ kind: "int", value }) as const;
  const made = ops.op(
    "FacecLoop",
    [...float32, ...bfloat16, ...int32].flatMap((i) => inputs[i] ?? []),
    {
      floats: int(float32.length),
      halves: int(bfloat16.length),
      wholes: int(int32.length),
      floatOutputs: int(program.outputs.float32.length),
      halfOutputs: int(program.outputs.bfloat16.length),
      program: { kind: "string", value: program.text },
    },
    order.flatMap((i): OpInfo[] => (outputs[i] === undefined ? [] : [outputs[i]])),
  );
  return outputs.flatMap((_, i) => made[order.indexOf(i)] ?? []);
};
