/** Writes the generated files of grammar/: `npm run grammar`. */
import { writeFileSync } from "node:fs";
import { renderCst, renderReference } from "../grammar/reference.js";

const folder = new URL("../grammar/", import.meta.url);
writeFileSync(new URL("cst.ts", folder), renderCst());
writeFileSync(new URL("REFERENCE.md", folder), renderReference());
