/** A thread that makes and inspects images; crew.ts starts it with the recipe and sends it tasks. */
import { parentPort, workerData } from "node:worker_threads";
import { FaceError } from "../../diagnostics/diagnostic.js";
import type { Reply, Request } from "./crew.js";
import { Filler } from "./fill.js";
import { type Inspection, inspectFiles } from "./inspect.js";
import type { Recipe, Task } from "./recipe.js";

const recipe: Recipe | null = workerData;
const filler = recipe === null ? null : new Filler(recipe);

async function perform(task: Task): Promise<readonly Inspection[] | null> {
  if (task.kind === "inspect") return inspectFiles(task.root, task.files);
  await filler?.fill(task);
  return null;
}

async function answer({ id, task }: Request): Promise<Reply> {
  try {
    return { id, done: await perform(task) };
  } catch (found) {
    if (found instanceof FaceError) return { id, diagnostics: found.diagnostics };
    return { id, crash: found instanceof Error ? found.message : String(found) };
  }
}

parentPort?.on("message", async (request: Request) => parentPort?.postMessage(await answer(request)));
