import { error } from "../message.js";

/** What a running training reports. */
export const runMessages = {
  "not-finite": error(
    (p: { tensor: string; step: number }) => ({
      title: "A value is not finite",
      text: `At step ${p.step}, ${p.tensor} holds NaN or infinity. No weight was changed by this step.`,
      hint: "Lower the learning rate, add `clip`, or look at the formula on this line.",
    }),
    "Training stops at the first value that is not finite; the state stays as it was before that step.",
  ),
} as const;
