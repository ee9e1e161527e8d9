/** Ctrl-C and SIGTERM: the step that runs is finished, a checkpoint is written, then the process ends. */

export interface Stop {
  /** True once somebody asked. */
  readonly asked: () => boolean;
  /** Takes the handlers away again. */
  readonly release: () => void;
}

/**
 * Listens for the signals and, in a process that another one started with a channel, for that one's end: nobody is left
 * who would show the run, and whoever starts it again must not meet a second writer. A run of a table (`owned`) leaves
 * SIGINT to the table, for a terminal sends Ctrl-C to both, and stops at its word "stop". A second Ctrl-C ends at once.
 */
export function listenForStop(onAsked: () => void, { owned = false }: { readonly owned?: boolean } = {}): Stop {
  let asked: number | null = null;
  const ask = () => {
    // One Ctrl-C may arrive twice: from the terminal, and handed on by the process that started this one.
    if (asked !== null && Date.now() - asked > 1000 && !owned) process.exit(130);
    if (asked === null) {
      asked = Date.now();
      onAsked();
    }
  };
  const message = (said: unknown) => {
    if (said === "stop") ask();
  };
  const interrupted = owned ? () => {} : ask;
  const heard = [
    ["SIGTERM", ask],
    ["SIGINT", interrupted],
    ...(process.send === undefined ? [] : [["disconnect", ask] as const, ["message", message] as const]),
  ] as const;
  for (const [name, listener] of heard) process.on(name, listener);
  return {
    asked: () => asked !== null,
    release: () => {
      for (const [name, listener] of heard) process.off(name, listener);
    },
  };
}
