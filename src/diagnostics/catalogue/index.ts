/** Every code that facec can report, by the room that finds it. Codes are unique over all rooms. */
import { commandMessages } from "./command.js";
import { dataMessages } from "./data.js";
import { installMessages } from "./install.js";
import { namesMessages } from "./names.js";
import { networkMessages } from "./network.js";
import { planMessages } from "./plan.js";
import { runMessages } from "./run.js";
import { syntaxMessages } from "./syntax.js";
import { tableMessages } from "./table.js";
import { typesMessages } from "./types.js";

export const catalogue = {
  ...syntaxMessages,
  ...namesMessages,
  ...typesMessages,
  ...networkMessages,
  ...planMessages,
  ...dataMessages,
  ...runMessages,
  ...tableMessages,
  ...installMessages,
  ...commandMessages,
} as const;

export type Catalogue = typeof catalogue;
