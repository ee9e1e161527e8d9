import type { LayerDescription } from "../describe.js";
import { number } from "./support.js";

export const repeatLayer: LayerDescription = {
  name: "repeat",
  doc: "Its body a number of times in a row, each time with weights of its own.",
  arguments: [{ name: "times", kind: "count", positional: true, doc: "How many times." }],
  bodies: 1,
  measure(input, args, bodies, measureBody) {
    let output = input;
    for (let i = 0; i < number(args, "times"); i++) {
      const next = measureBody(bodies[0] ?? [], output);
      if (next === null) break;
      output = next;
    }
    return { output, variables: [], multiplyAdds: 0 };
  },
  forward(context, input, args, bodies) {
    let value = input;
    for (let i = 0; i < number(args, "times"); i++) value = context.apply(bodies[0] ?? [], value);
    return value;
  },
};
