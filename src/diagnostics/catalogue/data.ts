import { error, warning } from "../message.js";

/** `a`, `a and b`, `a, b and c`. */
function listed(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Files by name, then how many more there are. */
function files(shown: readonly { path: string; why: string }[], count: number): string {
  const more = count > shown.length ? `\n- and ${count - shown.length} more` : "";
  return shown.map(({ path, why }) => `\n- ${path}: ${why}`).join("") + more;
}

/** What is wrong with the images of an experiment. */
export const dataMessages = {
  "data-folder-missing": error(
    (p: { path: string; looked: readonly string[]; nearest: string | null }) => ({
      title: `The data folder ${p.path} is not there`,
      label: "this folder",
      text: `A folder data set is looked up beside the spec, then in --data DIR, then in the folder that FACEC_DATA names. Looked at:${p.looked.map((place) => `\n- ${place}`).join("")}`,
      hint: p.nearest === null ? "Give the folder that holds it: --data DIR, or FACEC_DATA=DIR." : `Did you mean ${p.nearest}?`,
    }),
    `A data set folder("orl-faces") is a folder of images, one folder inside it for each identity. It is looked up
beside the spec, then in the folder given by --data, then in the folder that the environment variable FACEC_DATA names.
None of them has it. Compiling never reads data, so this is found when the program runs.

    facec run orl.face --data ~/faces        # ~/faces/orl-faces is used`,
  ),
  "data-no-images": error(
    (p: { folder: string; loose: number }) => ({
      title: "The data folder has no identities",
      label: "this folder",
      text:
        p.loose > 0
          ? `${p.folder} holds ${counted(p.loose, "image", "images")} directly, but no folder with images. A data set has one folder for each identity, with that person's images inside.`
          : `${p.folder} holds no folder with PGM, PNG or JPEG images. A data set has one folder for each identity, with that person's images inside.`,
      hint:
        p.loose > 0
          ? "Move the images of each person into a folder of their own."
          : "Name the folder that holds the folders of the people.",
    }),
    `Each folder directly inside the data folder is one identity; images may lie at any depth below it. Hidden files and
files that are not images are passed over.

    orl-faces/s1/1.pgm
    orl-faces/s1/2.pgm
    orl-faces/s2/1.pgm`,
  ),
  "data-one-identity": error(
    (p: { place: string; identity: string; images: number; drawn: boolean }) => ({
      title: "The data set has one identity only",
      label: "this data set",
      text: `Faces are told apart by people who differ, so at least two identities are needed. ${p.place} has one: ${p.identity}, with ${counted(p.images, "image", "images")}.`,
      hint: p.drawn ? "Draw more identities." : "Name the folder one level above, whose folders are the identities.",
    }),
    `A loss compares a face with those of other people, and a pair protocol needs pairs of different people. With one
identity there is nothing to learn. Often the folder of one person was named instead of the folder of all.`,
  ),
  "image-unreadable": error(
    (p: { shown: readonly { path: string; why: string }[]; count: number }) => ({
      title: p.count === 1 ? "An image cannot be read" : `${p.count} images cannot be read`,
      label: "this data set",
      text: `Files named .pgm, .png, .jpg or .jpeg must be whole images: leaving some out silently would change the experiment.${files(p.shown, p.count)}`,
      hint: p.count === 1 ? "Repair the file or remove it." : "Repair the files or remove them.",
    }),
    `An image file that is empty, cut short, damaged, absurdly large or of another format stops the run before it starts,
with its name and the reason. Nothing is left out silently, because the figures of a table would then belong to other
data than the spec says. \`facec data FILE DATASET\` lists all of them.`,
  ),
  "image-changed": error(
    (p: { path: string }) => ({
      title: "An image changed while the run was going",
      label: "this data set",
      text: `A run belongs to the images that were there when it began; ${p.path} is another file now.`,
      hint: "Run it again when the data is at rest: it is then another run, for the data is another.",
    }),
    `All images are read through before the first step, and their content is part of what a run is known by. A file that
is replaced later would be trained on under the name of the first one, so the run stops. Images that were already in
memory are not read again, so a change of those is found by the next run.`,
  ),
  "data-folder-unreadable": error(
    (p: { folder: string; why: string }) => ({
      title: "A folder of the data set cannot be read",
      label: "this data set",
      text: `All images of a data set are used, so every folder in it has to be readable. ${p.folder} cannot be opened (${p.why}).`,
      hint: "Give this user the right to read it, or rename or remove it.",
    }),
    `Leaving a folder out silently would change the experiment. EACCES means that the user who runs facec may not read the
folder. Names of files and folders must be UTF-8.`,
  ),
  "image-size": error(
    (p: { shown: readonly { path: string; why: string }[]; count: number; wanted: string; found: string; channels: number }) => ({
      title: p.count === 1 ? "An image has another size" : `${p.count} images have another size`,
      label: "this data set",
      text: `\`image ${p.wanted}x${p.channels}\` takes images of ${p.wanted} pixels (height x width).${files(p.shown, p.count)}`,
      hint: `Write \`image ${p.wanted}x${p.channels} resized\` to have them resized, or \`image ${p.found}x${p.channels}\` where all are of that size.`,
    }),
    `A network takes images of one size. Without \`resized\` every file must have exactly the size that \`image\` says
(height x width); a file of another size is more often a wrong folder than a wish. With \`resized\` each image is
stretched to the size (Lanczos), its aspect is not kept. Channels are always converted: grey is repeated,
red-green-blue becomes its luma.`,
  ),
  "split-too-large": error(
    (p: { dataset: string; wanted: number; have: number; parts: readonly (readonly [string, number])[] }) => ({
      title: "The split wants more identities than there are",
      label: "this split",
      text: `${listed(p.parts.map(([name, count]) => `${name} ${count}`))} make ${counted(p.wanted, "identity", "identities")}; ${p.dataset} has ${p.have}. No identity may be in two parts.`,
      hint: `Make the parts smaller: together at most ${p.have}.`,
    }),
    `\`split identities { train 26, validation 4, test 10 }\` draws so many people for each part, by the split's seed, none
of them twice: faces of people that were trained on say little about faces of strangers. People left over are not used.`,
  ),
  "split-part-unknown": error(
    (p: { dataset: string; part: string; known: readonly string[] }) => ({
      title: `${p.dataset} has no part ${p.part}`,
      label: "this data set",
      text: p.known.length === 0 ? "It has no split, so it can be used as a whole only." : `Its split has ${listed(p.known)}.`,
    }),
    "A part of a data set is one that its `split identities { ... }` names.",
  ),
  "scale-not-finite": error(
    (p: { value: number; result: number }) => ({
      title: "The scale of the pixels is not finite",
      label: "this data set",
      text: `\`scale\` says what the network sees of a pixel and must be a number for every value from 0 to 255. At ${p.value} it is ${p.result}.`,
    }),
    "`scale (v - 127.5) / 128` is worked out once for each value v = 0..255. A division by zero or a logarithm of 0 has no place in it.",
  ),
  "data-worker": error(
    (p: { why: string }) => ({
      title: "Preparing images failed",
      label: "this data set",
      text: `A worker thread that prepares batches stopped: ${p.why}`,
    }),
    "Batches are prepared in worker threads. One of them stopped for a reason that is not in the data, such as memory running out.",
  ),
  "pixel-cache-size": error(
    (p: { given: string }) => ({
      title: "FACEC_PIXEL_CACHE is not a size",
      label: "for this data set",
      text: `The environment variable FACEC_PIXEL_CACHE says how much memory decoded images may take: bytes, or a number with K, M, G or T. It is ${JSON.stringify(p.given)}.`,
      hint: "For instance FACEC_PIXEL_CACHE=2G; 0 keeps none. Without it, a quarter of the free memory is used.",
    }),
    `Decoded images are kept in memory, so that each file is decoded once and not once an epoch. All data parts of a
process together take at most FACEC_PIXEL_CACHE, or else a quarter of the memory that is free when the first one is opened.
Whatever it is, the numbers of a run are the same.

    FACEC_PIXEL_CACHE=2G facec run orl.face`,
  ),
  "data-single-images": warning(
    (p: { place: string; count: number; of: number; names: readonly string[] }) => ({
      title: `${counted(p.count, "identity has", "identities have")} one image only`,
      label: "this data set",
      text: `Of ${p.of} in ${p.place}: ${listed(p.names)}${p.count > p.names.length ? ` and ${p.count - p.names.length} more` : ""}. They can be trained on, but make no pair of the same person.`,
    }),
    "Someone with one image is a class to learn, but gives no pair of two images of the same person to evaluate.",
  ),
  "data-passed-over": warning(
    (p: { place: string; loose: number; other: readonly string[]; otherCount: number; empty: number }) => ({
      title: "Parts of the data folder are not used",
      label: "this data set",
      text: `In ${p.place}: ${listed(
        [
          p.loose > 0 ? `${counted(p.loose, "image lies", "images lie")} in no identity's folder` : "",
          p.otherCount > 0 ? `${counted(p.otherCount, "file is", "files are")} of a format that is not read (${listed(p.other)})` : "",
          p.empty > 0 ? `${counted(p.empty, "folder holds", "folders hold")} no image` : "",
        ].filter((part) => part !== ""),
      )}.`,
    }),
    "Images are read as PGM, PNG and JPEG, from the folders of identities. What is passed over is said once, so that it is not missed by mistake.",
  ),
} as const;
