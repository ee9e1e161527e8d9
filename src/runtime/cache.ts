/** The folder in which facec keeps between calls what it can make again: facts about files of data, the native library. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** `$FACEC_CACHE`, else `facec` in `$XDG_CACHE_HOME` or `~/.cache`; absolute, and perhaps not there yet. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (isSet(env.FACEC_CACHE)) return resolve(env.FACEC_CACHE);
  return join(isSet(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : join(homedir(), ".cache"), "facec");
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
