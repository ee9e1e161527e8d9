/** What a contestant is told, as a JSON file that every language reads. */
export interface Task {
  /** The compiled program, a URL, for our side. */
  readonly program: string;
  readonly backend: string;
  readonly eager: boolean;
  /** Name of the net in bench/peers/nets.py, for theirs. */
  readonly net: string;
  /** Height and width of the images, which have three channels. */
  readonly size: number;
  readonly classes: number;
  readonly batch: number;
  readonly batches: number;
  readonly threads: number;
  readonly rate: number;
  readonly momentum: number;
  readonly decay: number;
  /** Files: weights in the order of `variables`, float32; images [batches, batch, height, width, 3], float32; labels, int32. */
  readonly state: string;
  readonly images: string;
  readonly labels: string;
  readonly variables: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Steps before it is ready. */
  readonly warm: number;
}
