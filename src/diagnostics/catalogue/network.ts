import { error } from "../message.js";

/** Networks: layers, their arguments and the shapes that go through them. */
export const networkMessages = {
  "argument-kind": error(
    (p: { name: string; of: string; wanted: string; found: string; mend?: string | null | undefined }) => ({
      title: "Argument of another kind",
      label: `\`${p.name}\` cannot be this`,
      text: `\`${p.name}\` of \`${p.of}\` must be ${p.wanted}. Here stands ${p.found}.`,
      hint: p.mend ?? (p.of === "repeat" ? "To leave layers out, leave out the `repeat`." : undefined),
    }),
    "Counts are whole numbers from 1, sizes are written `3x3`, fractions `40%` or `0.4`. The reference page lists what each layer takes.",
  ),
  "layer-bodies": error(
    (p: { layer: string; wanted: 0 | 1 | "any"; given: number }) => ({
      title: "Layers in braces do not fit",
      label: p.wanted === 0 ? "takes no braces" : "wants braces",
      text:
        p.wanted === 0
          ? `\`${p.layer}\` has no layers of its own, so no braces follow it.`
          : `\`${p.layer}\` works on layers: ${p.wanted === 1 ? "one group" : "one or more groups"} of them in braces; ${p.given === 0 ? "none follows" : `${p.given} follow`}.`,
      hint: p.wanted === 0 ? undefined : `Write \`${p.layer} { ... }\`.`,
    }),
    "`residual { ... }` and `repeat(n) { ... }` work on the layers in their braces; other layers have none.",
  ),
  "shape-mismatch": error(
    (p: { layer: string; needs: string; given: string; input: string; hint?: string | undefined }) => ({
      title: "Shape does not fit",
      label: `given ${p.given}`,
      text: `\`${p.layer}\` needs ${p.needs}; for images of ${p.input} it is given ${p.given}.`,
      hint: p.hint,
    }),
    "Each layer says what it takes: height x width x channels of a map, or [features] after `flatten` or a global pool. `facec explain FILE BACKBONE` shows the shapes of all layers.",
  ),
  "backbone-output": error(
    (p: { name: string; output: string }) => ({
      title: "Network does not end in an embedding",
      label: `ends with ${p.output}`,
      text: `A backbone gives one vector of features for each image, which losses call x; \`${p.name}\` ends with a map of ${p.output}.`,
      hint: "End with `flatten; dense(features)`, or `globalpool; dense(features)`.",
    }),
    "The output of a backbone is x {sample, feature}: `flatten` or `globalpool` turn a map into features, `dense(n)` gives them their number.",
  ),
  "no-layers": error(
    (p: { name: string }) => ({
      title: "No layers",
      label: "empty",
      text: `\`${p.name}\` must have at least one layer; it has none.`,
    }),
    "A backbone is a list of layers in braces: `backbone Net { flatten; dense(64) }`.",
  ),
} as const;
