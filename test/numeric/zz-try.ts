import { functions } from "/work/main/src/compiler/formula/functions.js";
import * as B from "/work/main/src/compiler/formula/build.js";
import { print } from "/work/main/src/compiler/formula/print.js";
import { improve } from "/work/main/src/compiler/formula/improve.js";
import { share } from "/work/main/src/compiler/formula/share.js";
import { differentiate } from "/work/main/src/compiler/formula/gradient.js";
const f = (n: string, ...a: any[]) => { const r = functions[n].expand(a, null, null) as any; if (B.isFault(r)) throw new Error(n + JSON.stringify(r)); return r; };
const m = B.make, x = B.embedding(), W = B.classWeights(), b = B.classBias(), y = B.labels(), P = B.parameter, num = B.number;
const z = m("add", [f("dot", x, W), b]);
const p = f("softmax", z);
const ce = f("cross_entropy", z);
const target = m("isTarget", [y]);
const c = f("cosine", x, W), theta = f("angle", x, W);
const s = P("s", 64), mm = P("m", 0.5), pi = num(Math.PI);
const bent = m("select", [m("less", [theta, m("subtract", [pi, mm])]), f("cos", m("add", [theta, mm])), m("subtract", [f("cos", theta), m("multiply", [mm, f("sin", mm)])])]);
const losses: Record<string, [any, any[]]> = {
  softmax: [ce, [x, W, b]],
  naive: [m("negate", [m("log", [m("pick", [p, y])])]), [x, W, b]],
  focal: [m("multiply", [m("power", [m("subtract", [num(1), m("pick", [p, y])]), P("gamma", 0.5)]), ce]), [x, W, b]],
  csoftmax: [m("multiply", [m("stop", [m("divide", [m("add", [num(1), f("cosine", x, m("pick", [W, y]))]), num(2)])]), ce]), [x, W, b]],
  csoftmax_flow: [m("multiply", [m("divide", [m("add", [num(1), f("cosine", x, m("pick", [W, y]))]), num(2)]), ce]), [x, W, b]],
  cosface: [f("cross_entropy", m("multiply", [s, m("select", [target, m("subtract", [c, mm]), c])])), [x, W]],
  arcface: [f("cross_entropy", m("multiply", [s, m("select", [target, bent, f("cos", theta)])])), [x, W]],
};
const only = process.argv[2];
for (const [name, [per, by]] of Object.entries(losses)) {
  if (only && only !== name) continue;
  console.log("== " + name); console.log("plain  ", print(per));
  const st = improve([per]); console.log("stable ", print(st.roots[0]!), st.fired.map(x => x.name));
  const g = differentiate(st.roots[0]!, by).map(v => v!);
  const fin = improve([st.roots[0]!, ...g], { differentiated: true });
  console.log("fired", fin.fired.map(x => x.name));
  const names = new Map();
  for (const l of share(fin.roots).locals) { console.log(`  ${l.name} = ${print(l.expr, names)}   {${l.expr.type.axes}}`); names.set(l.expr, l.name); }
  fin.roots.forEach((r, i) => console.log("  ->", i === 0 ? "value" : "d" + by[i - 1].name, names.get(r) ?? print(r, names)));
}
