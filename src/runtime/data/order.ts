/** Which image stands at which place: the same for every thread that asks. */
import { stream } from "../random.js";

export type Order =
  /** Epoch after epoch without end, each a shuffle of all images by (seed, epoch). */
  | { readonly kind: "shuffled"; readonly seed: number }
  /** Image 0, 1, 2, ... once. */
  | { readonly kind: "once" };

export interface Place {
  readonly epoch: number;
  /** Within the epoch. */
  readonly place: number;
  readonly image: number;
}

/** Place by position in the list of all epochs. Quick for positions of one epoch after another. */
export function placesOf(order: Order, images: number): (position: number) => Place {
  if (order.kind === "once") return (position) => ({ epoch: 0, place: position, image: position });
  let known = -1;
  let shuffle: Uint32Array = new Uint32Array(0);
  return (position) => {
    const epoch = Math.floor(position / images);
    if (epoch !== known) {
      shuffle = stream(order.seed, "shuffle", epoch).shuffle(images);
      known = epoch;
    }
    const place = position - epoch * images;
    return { epoch, place, image: shuffle[place] ?? 0 };
  };
}
