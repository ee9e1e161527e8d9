/** A thread of this room: works at a belt, or inspects the files that it is sent. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { FaceError } from "../../diagnostics/diagnostic.js";
import { Belt, type BeltMessage, type BeltPlan } from "./belt.js";
import type { InspectReply, InspectRequest } from "./crew.js";
import { beforeSharp } from "./decode.js";
import { Filler } from "./fill.js";
import { inspectFiles } from "./inspect.js";
import { useJpegAddon } from "./jpeg.js";
import { placesOf } from "./order.js";
import type { Work } from "./threads.js";

const work: Work = workerData;
if (work.kind === "belt") await workAt(work.plan);
else parentPort?.on("message", async (request: InspectRequest) => parentPort?.postMessage(await inspect(request)));

/** Share after share, until the order ends or the belt is stopped. */
async function workAt(plan: BeltPlan): Promise<void> {
  let hasAddon = false;
  const belt = new Belt(plan);
  const filler = new Filler(plan.recipe);
  const placeAt = placesOf(plan.order, plan.images);
  beforeSharp(() => {
    tell({ kind: "sharp" });
    belt.waitForSharp();
  });
  for (let share = belt.claim(); share !== null && belt.waitForSlot(share.batch); share = belt.claim()) {
    if (!hasAddon && belt.hasAddon()) {
      hasAddon = true;
      takeAddon();
    }
    const { batch, first, count } = share;
    const at = plan.from + batch * plan.batch + first;
    const places = Array.from({ length: count }, (_, i) => placeAt(at + i));
    belt.numbersOf(batch).set(
      places.map(({ image }) => image),
      first,
    );
    try {
      await filler.fill(places, plan.order, belt.imagesOf(batch), first);
    } catch (found) {
      const diagnostics = found instanceof FaceError ? found.diagnostics : [];
      tell({ kind: "fault", batch, diagnostics, crash: found instanceof Error ? found.message : String(found) });
      belt.failed(batch);
    }
    if (belt.made(share)) tell({ kind: "ready" });
  }
}

/** A thread at the belt has no turn of its event loop in which messages would come. */
function takeAddon(): void {
  const sent: { readonly message: string } | undefined = parentPort === null ? undefined : receiveMessageOnPort(parentPort);
  if (sent !== undefined) useJpegAddon(sent.message);
}

function tell(message: BeltMessage): void {
  parentPort?.postMessage(message);
}

async function inspect({ id, root, files }: InspectRequest): Promise<InspectReply> {
  try {
    return { id, done: await inspectFiles(root, files) };
  } catch (found) {
    if (found instanceof FaceError) return { id, diagnostics: found.diagnostics };
    return { id, crash: found instanceof Error ? found.message : String(found) };
  }
}
