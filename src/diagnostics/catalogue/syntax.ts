import { error } from "../message.js";

/** What the reader of the text reports: tokens and structure. */
export const syntaxMessages = {
  "unexpected-text": error(
    (p: { found: string; expected: string; context: string }) => ({
      title: "Unexpected text",
      label: "not expected here",
      text: `In ${p.context}, ${p.expected} should stand here; ${p.found} stands there.`,
    }),
    "The text does not follow the grammar at this place. `grammar/REFERENCE.md` shows each form.",
  ),
} as const;
