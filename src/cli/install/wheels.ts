/**
 * The wheels that the native library is made of: TensorFlow's own, and for CUDA NVIDIA's, in the versions that this
 * TensorFlow was built with. Sizes and hashes are those of the files on PyPI, each downloaded once to take them.
 */
import { type LibraryKind, tensorflowVersion } from "../../runtime/kernels/native/library.js";

export interface Wheel {
  readonly package: string;
  readonly version: string;
  readonly kind: LibraryKind;
  readonly machine: Machine;
  /** Minor version of the Python that it is for, although the libraries in it need none; null where it is for any. */
  readonly python: number | null;
  /** "manylinux_2_27_x86_64"; several are joined by dots. */
  readonly platform: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** As wheels name it. */
export type Machine = "x86_64" | "aarch64";

/** What the libraries and headers of each kind take on disk: rounded up. */
export const unpackedBytes: Readonly<Record<LibraryKind, number>> = { cpu: 960e6, cuda: 4_500e6 };

/** `tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl` */
export function fileOf({ package: name, version, python, platform }: Wheel): string {
  const tag = python === null ? "py3-none" : `cp3${python}-cp3${python}`;
  return `${name.replaceAll("-", "_")}-${version}-${tag}-${platform}.whl`;
}

/** One wheel of each package; TensorFlow's for this minor version of Python where there is one, else for another. */
export function wheelsFor(all: readonly Wheel[], kind: LibraryKind, machine: Machine, minor: number | null): readonly Wheel[] {
  const chosen = new Map<string, Wheel>();
  for (const each of all) {
    if (each.kind !== kind || each.machine !== machine) continue;
    if (!chosen.has(each.package) || each.python === minor) chosen.set(each.package, each);
  }
  return [...chosen.values()];
}

function tensorflow(name: string, kind: LibraryKind, machine: Machine, python: number, bytes: number, sha256: string): Wheel {
  return { package: name, version: tensorflowVersion, kind, machine, python, platform: `manylinux_2_27_${machine}`, bytes, sha256 };
}

function nvidia(name: string, version: string, bytes: number, sha256: string, more = ""): Wheel {
  const platform = `manylinux2014_x86_64${more}`;
  return { package: `nvidia-${name}-cu12`, version, kind: "cuda", machine: "x86_64", python: null, platform, bytes, sha256 };
}

export const wheels: readonly Wheel[] = [
  tensorflow("tensorflow-cpu", "cpu", "x86_64", 11, 273829956, "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c"),
  tensorflow("tensorflow-cpu", "cpu", "x86_64", 10, 273601549, "d143e92f5c0661cdfa26eaca8f73cd2efd0ec53a68af8dec82f584ba8eb14b83"),
  tensorflow("tensorflow-cpu", "cpu", "x86_64", 12, 274000871, "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb"),
  tensorflow("tensorflow-cpu", "cpu", "x86_64", 13, 274271560, "05af7c26d35f4de910b5598c7b507e3981831a7b0f47fed9a405d995d51d7793"),
  tensorflow("tensorflow", "cpu", "aarch64", 11, 281828020, "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c"),
  tensorflow("tensorflow", "cpu", "aarch64", 10, 281604511, "7c97938b25cf70c80ae8619931f85abcdee2ab2eb256c2051202edb3b89e9a5d"),
  tensorflow("tensorflow", "cpu", "aarch64", 12, 281946471, "b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552"),
  tensorflow("tensorflow", "cpu", "aarch64", 13, 282213003, "a10abdfb8b1189210c251021a3f153b7ccc52a8e6521351f3dc3331e8ba593e0"),
  tensorflow("tensorflow", "cuda", "x86_64", 11, 572440367, "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124"),
  tensorflow("tensorflow", "cuda", "x86_64", 10, 572211261, "77c6f298e695ea1d283cdd7d30f8d97530cc6e92c1395a9ddbab9771c99233a4"),
  tensorflow("tensorflow", "cuda", "x86_64", 12, 572611111, "b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0"),
  tensorflow("tensorflow", "cuda", "x86_64", 13, 572881074, "e9d8da8dcab9650efb45f032ba70af2f016f907e6e0c6bda29dd101bba945406"),
  nvidia("cublas", "12.5.3.2", 363313169, "ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b"),
  nvidia("cuda-cupti", "12.5.82", 13811507, "bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953"),
  nvidia("cuda-nvcc", "12.5.82", 22468537, "b03e545b8e8c3ce7ebcd7fc44063180ff52ff01d064ece2127ed90a04ef12cd0"),
  nvidia("cuda-nvrtc", "12.5.82", 24873108, "3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd"),
  nvidia("cuda-runtime", "12.5.82", 895707, "3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115"),
  nvidia("cudnn", "9.3.0.75", 577163502, "9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d"),
  nvidia("cufft", "11.2.3.61", 192524114, "9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8"),
  nvidia("curand", "10.3.6.82", 56309107, "2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536"),
  nvidia("cusolver", "11.6.3.83", 130341232, "93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b"),
  nvidia("cusparse", "12.5.1.3", 217558979, "016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752"),
  nvidia("nccl", "2.27.7", 322546339, "de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa", ".manylinux_2_17_x86_64"),
  nvidia("nvjitlink", "12.5.82", 21298879, "f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212"),
];
