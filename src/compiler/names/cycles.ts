import type { Declared } from "./meaning.js";
import type { Resolving } from "./resolve.js";

/** Reports each group of declarations that need themselves once, at the use that closes the circle. */
export function reportCycles(resolving: Resolving): void {
  const finished = new Set<Declared>();
  const open: Declared[] = [];
  const visit = (declaration: Declared): void => {
    open.push(declaration);
    for (const use of resolving.uses.get(declaration) ?? []) {
      const target = use.definition.declaration;
      const start = open.indexOf(target);
      if (start >= 0) {
        const cycle = [...open.slice(start), target].map((each) => each.name.text);
        resolving.collector.report("uses-itself", use.name.span, { kind: target.kind, cycle }, [
          { place: target.name.span, text: "declared here" },
        ]);
        // Cut the circle here, so that later phases can walk what is left.
        resolving.meanings.set(use.name, { kind: "unknown" });
      } else if (!finished.has(target)) visit(target);
    }
    open.pop();
    finished.add(declaration);
  };
  for (const declaration of resolving.uses.keys()) if (!finished.has(declaration)) visit(declaration);
}
