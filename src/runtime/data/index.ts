/** Where images come from: folders of identities and drawn faces, opened, checked, augmented and batched. */
export { type AugmentationDescription, augmentations } from "./augment.js";
export { type Batch, type BatchOptions, type BatchSource, batches } from "./batches.js";
export { type OpenData, type OpenOptions, openData } from "./open.js";
export { type Chunk, listImages, type ReadOptions, readAll, readPixels } from "./read.js";
export { type DataReport, reportData } from "./report.js";
