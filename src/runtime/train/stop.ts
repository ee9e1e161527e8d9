/** Ctrl-C and SIGTERM: the step that runs is finished, a checkpoint is written, then the process ends. */

export interface Stop {
  /** True once somebody asked. */
  readonly asked: () => boolean;
  /** Takes the handlers away again. */
  readonly release: () => void;
}

/**
 * Listens for the signals and, in a process that another one started, for its word "stop" and for its end. Such a
 * process leaves SIGINT to the one that started it, for a terminal sends Ctrl-C to both. A second signal ends at once.
 */
export function listenForStop(onAsked: () => void): Stop {
  let asked = false;
  const child = process.send !== undefined;
  const ask = () => {
    if (asked && !child) process.exit(130);
    if (!asked) onAsked();
    asked = true;
  };
  const message = (said: unknown) => {
    if (said === "stop") ask();
  };
  const ignore = () => {};
  process.on("SIGTERM", ask);
  process.on("SIGINT", child ? ignore : ask);
  if (child) {
    process.on("message", message);
    process.on("disconnect", ask);
  }
  const release = () => {
    process.off("SIGTERM", ask);
    process.off("SIGINT", child ? ignore : ask);
    process.off("message", message);
    process.off("disconnect", ask);
  };
  return { asked: () => asked, release };
}
