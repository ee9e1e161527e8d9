/** What `facec backends install` reports of the machine; what is wrong with the command itself stands in command.ts. */
import { error } from "../message.js";
import { refusalTexts } from "./command.js";

const wasmWorks = "Until then everything runs on wasm, as before.";

export const installMessages = {
  "platform-unsupported": error(
    (p: { here: string; kind: "cpu" | "cuda" }) => ({
      title: "There is no native library for this machine",
      text:
        p.kind === "cuda"
          ? `TensorFlow's wheel with CUDA is for Linux (glibc) on x86-64; this is ${p.here}.`
          : `The native library is built from TensorFlow's wheels for Linux (glibc) on x86-64 and ARM; this is ${p.here}.`,
      hint: "Train with --backend wasm or webgpu here, or natively on Linux: a virtual machine or a container will do.",
    }),
    "TensorFlow's wheels hold shared libraries for one platform each. facec builds its native library from those for Linux with glibc\n" +
      "2.27 or newer. On macOS, Windows and Alpine Linux it computes with WebAssembly, which needs nothing more, or with WebGPU.",
  ),
  "tool-missing": error(
    (p: { tool: string; purpose: string; mend: string }) => ({
      title: `${p.tool} is missing`,
      text: `${p.tool} ${p.purpose}, and cannot be run here. ${wasmWorks}`,
      hint: p.mend,
    }),
    "`facec backends install` needs pip for a Python 3 (to fetch TensorFlow's wheel, unless --wheel names it), npm and tar (for the\n" +
      "sources of the binding) and a C++17 compiler (g++, or what CXX names). It looks for them before it fetches anything.",
  ),
  "tool-failed": error(
    (p: { tool: string; doing: string; said: string; hint: string }) => ({
      title: `${p.tool} failed`,
      text: `Nothing half-made was left. ${wasmWorks} While ${p.doing}, ${p.tool} said:\n${p.said === "" ? "(nothing)" : p.said}`,
      hint: p.hint,
    }),
    "A program that the installation runs ended with an error; its last lines are shown. What was unpacked before stays, so that the next\n" +
      "`facec backends install` goes on from there.",
  ),
  "disk-full": error(
    (p: { needed: string | null; free: string | null }) => ({
      title: "There is no room on the disk",
      text:
        p.needed === null
          ? `The disk was full before the installation was done; what it had written was taken away. ${wasmWorks}`
          : `The installation needs ${p.needed} for a while, and ${p.free} are free. ${wasmWorks}`,
      hint: "Make room, or name a folder on another disk in the variable FACEC_CACHE, and keep it set when training.",
    }),
    "TensorFlow's wheel is fetched, unpacked and deleted again; the libraries and headers of it that stay take about 0.9 GB, with CUDA\n" +
      "4.4 GB. They lie in FACEC_CACHE, else in `facec` in XDG_CACHE_HOME or ~/.cache.",
  ),
  "download-damaged": error(
    (p: { file: string; wanted: string; found: string }) => ({
      title: "What was fetched is not what it should be",
      text: `${p.file} should have the hash ${p.wanted}, and has ${p.found}. It was deleted. ${wasmWorks}`,
      hint: "Try again; if it stays so, the package index or proxy in use serves another file under this name.",
    }),
    "facec builds only from files whose hashes it knows: it loads what it builds into its own process.",
  ),
  "library-broken": error(
    (p: { said: string }) => ({
      title: "The native library was built, but does not work here",
      text: `One operation was tried in a process of its own. It was taken away again. ${wasmWorks} It said:\n${p.said}`,
      hint: "If an instruction was illegal, TensorFlow's wheel is not for this processor; otherwise look at the last lines for what is missing.",
    }),
    "Before it is put in place, the library is loaded in a process of its own, which adds two numbers with it.",
  ),
  "cache-refused": error(
    (p: { why: string }) => ({
      title: "The cache folder cannot be used",
      text: `The native library is kept in the user's cache folder, which cannot be written: ${refusalTexts[p.why] ?? p.why}. ${wasmWorks}`,
      hint: "Name another folder in the variable FACEC_CACHE, and keep it set when training.",
    }),
    "The native library lies in FACEC_CACHE, else in `facec` in XDG_CACHE_HOME or ~/.cache. No root is needed, and nothing is written elsewhere.",
  ),
};
