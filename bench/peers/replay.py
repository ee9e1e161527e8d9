"""
The same network on the same batches in PyTorch: python replay.py FOLDER

Prints, as JSON, the losses and final weights of the steps in float64 and in float32. FOLDER holds net.json (layers,
variables, batch, steps, rate, ...), state.bin, images.bin and labels.bin, as bench/groups/agreement.ts writes them.
"""
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

folder = sys.argv[1]
net = json.load(open(f"{folder}/net.json"))
batch, (height, width, channels) = net["batch"], net["input"]
images = np.fromfile(f"{folder}/images.bin", np.float32).reshape(net["steps"], batch, height, width, channels)
labels = np.fromfile(f"{folder}/labels.bin", np.int32).reshape(net["steps"], batch)


def initial():
    state, offset, raw = {}, 0, np.fromfile(f"{folder}/state.bin", np.float32)
    for variable in net["variables"]:
        size = int(np.prod(variable["shape"]))
        state[variable["name"]] = raw[offset : offset + size].reshape(variable["shape"])
        offset += size
    return state


def tensors(dtype):
    """Parameters by name, convolution filters turned from [rows, columns, in, out] to [out, in, rows, columns]."""
    made = {}
    for variable in net["variables"]:
        value = initial()[variable["name"]]
        value = value.transpose(3, 2, 0, 1) if value.ndim == 4 else value
        made[variable["name"]] = torch.tensor(np.ascontiguousarray(value), dtype=dtype, requires_grad=True)
    return made


def normalise(p, prefix, x):
    return F.batch_norm(x, None, None, p[f"{prefix}scale"], p[f"{prefix}offset"], training=True, eps=1e-5)


def project(p, path, x, y):
    weight = p.get(f"{path}/projection weight")
    if weight is None:
        return x
    stride = [-(-x.shape[i] // y.shape[i]) for i in (2, 3)]
    return normalise(p, f"{path}/projection ", F.conv2d(x, weight, stride=stride))


def run(p, layers, path, x):
    count = {}
    for layer in layers:
        kind, args = layer["kind"], layer["args"]
        count[kind] = count.get(kind, 0) + 1
        here = f"{path}/{kind} {count[kind]}"
        if kind == "conv":
            weight = p[f"{here}/weight"]
            x = F.conv2d(x, weight, stride=args.get("stride", 1), padding=[(k - 1) // 2 for k in weight.shape[2:]])
        elif kind == "bn":
            x = normalise(p, f"{here}/", x)
        elif kind == "prelu":
            x = F.prelu(x, p[f"{here}/slope"])
        elif kind == "residual":
            y = run(p, layer["bodies"][0], here, x)
            x = y + project(p, here, x, y)
        elif kind == "flatten":
            x = x.permute(0, 2, 3, 1).flatten(1)
        elif kind == "dense":
            x = x @ p[f"{here}/weight"] + p[f"{here}/bias"]
        else:
            raise SystemExit(f"replay.py does not know the layer {kind}")
    return x


def step(p, moments, x, y):
    features = run(p, net["layers"], net["name"], x)
    loss = F.cross_entropy(features @ p["loss/W"].T + p["loss/b"], y)
    gradients = torch.autograd.grad(loss, list(p.values()))
    with torch.no_grad():
        norm = torch.sqrt(sum((g * g).sum() for g in gradients))
        factor = min(1.0, net["clip"] / float(norm))
        for (name, value), gradient in zip(p.items(), gradients):
            moments[name] = net["momentum"] * moments.get(name, 0) + gradient * factor + net["decay"] * value
            value -= net["rate"] * moments[name]
    return float(loss.detach())


def batches(dtype):
    x = torch.tensor(images, dtype=dtype).permute(0, 1, 4, 2, 3)
    return [(each.contiguous(), torch.tensor(y).long()) for each, y in zip(x, labels)]


def check():
    found = {"library": f"PyTorch {torch.__version__}, float32"}
    for name, dtype in (("float64", torch.float64), ("float32", torch.float32)):
        p, moments = tensors(dtype), {}
        losses = [step(p, moments, x, y) for x, y in batches(dtype)]
        weights = {k: (v.detach().permute(2, 3, 1, 0) if v.dim() == 4 else v.detach()).double().flatten().tolist() for k, v in p.items()}
        found[name] = {"losses": losses, "weights": weights}
    print(json.dumps(found))


check()
