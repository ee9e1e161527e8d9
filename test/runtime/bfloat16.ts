/** bfloat16 by rounding float32: a backend with that type, made of one without it. */
import type { Backend, Tensor } from "../../src/runtime/kernels/kernel.js";
import { kernelNamed } from "../../src/runtime/kernels/kernels.js";
import { apply, constant, input } from "../../src/runtime/kernels/pointwise.js";

const bits = new DataView(new ArrayBuffer(4));

/** The nearest bfloat16, to even between two: a float32 whose lower 16 bits are 0. */
export function rounded(value: number): number {
  bits.setFloat32(0, value);
  const pattern = bits.getUint32(0);
  if (Number.isNaN(value)) return value;
  bits.setUint32(0, (pattern + 0x7fff + ((pattern >>> 16) & 1)) & 0xffff0000);
  return bits.getFloat32(0);
}

/** The largest relative error of one rounding. */
export const precision = 2 ** -8;

/** `rounded` in float64 arithmetic (Dekker 1971, splitting): what is left of v are its 8 leading bits. */
const scaled = apply("multiply", input(0), constant(2 ** 45 + 1));
const narrow = apply("subtract", scaled, apply("subtract", scaled, input(0)));

/**
 * `backend` with bfloat16: kernels compute in float32, and bfloat16 results are rounded. Pointwise expressions of `backend`
 * must be computed in float64, as cpu does. Types that break the rules of docs/kernels.md are an error.
 */
export function emulated(backend: Backend): Backend {
  const inner = new Map<Tensor, Tensor>();
  const own = (tensor: Tensor): Tensor => {
    const found = inner.get(tensor);
    if (found === undefined) throw new Error("This tensor was given back, or is another backend's.");
    return found;
  };
  const wrap = (tensor: Tensor, dtype: Tensor["dtype"]): Tensor => {
    const wrapped = { id: {}, shape: tensor.shape, dtype };
    inner.set(wrapped, tensor);
    return wrapped;
  };
  const narrowed = (tensor: Tensor): Tensor => {
    const { shape } = tensor;
    const [made] = backend.run("pointwise", [tensor], { expression: narrow, shape }, [{ shape, dtype: "float32" }]);
    if (made === undefined) throw new Error("pointwise made no tensor.");
    return made;
  };
  return {
    name: "emulated",
    library: `bfloat16 over ${backend.library}`,
    threads: backend.threads,
    bfloat16: true,
    pointwise: backend.pointwise,
    capture: null,
    upload: (data, shape) => wrap(backend.upload(data, shape), data instanceof Float32Array ? "float32" : "int32"),
    read: (tensor) => backend.read(own(tensor)),
    run(kernel, inputs, attributes, outputs) {
      const types = (infos: readonly { readonly dtype: string }[]): string => infos.map(({ dtype }) => dtype).join();
      const expected = kernelNamed(kernel).outputs(inputs, attributes);
      if (types(expected) !== types(outputs))
        throw new Error(`${kernel} of ${types(inputs)} gives ${types(expected)}, not ${types(outputs)}.`);
      const told = kernel === "cast" ? { ...attributes, dtype: "float32" } : attributes;
      const infos = outputs.map(({ shape, dtype }) => ({ shape, dtype: dtype === "int32" ? dtype : ("float32" as const) }));
      return backend.run(kernel, inputs.map(own), told, infos).map((made, i) => {
        const dtype = outputs[i]?.dtype ?? "float32";
        if (dtype !== "bfloat16") return wrap(made, dtype);
        const short = narrowed(made);
        backend.dispose(made);
        return wrap(short, dtype);
      });
    },
    dispose(tensor) {
      backend.dispose(own(tensor));
      inner.delete(tensor);
    },
    alive: () => backend.alive(),
  };
}
