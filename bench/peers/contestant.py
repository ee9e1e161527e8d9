"""
A PyTorch training that waits to be measured: python contestant.py TASK.json

TASK.json: {net, size, classes, batch, threads, layout: "nchw" | "channels_last", compile, bfloat16, fused, rate, momentum,
decay, state, images, labels, variables, batches, warm}; state, images and labels are files of float32, float32 and int32.
Says `{"ready": ...}` once warm; then each line `N` on standard input asks for N training steps and is answered by the
milliseconds of each. The end of the input ends it.
"""
import contextlib
import json
import platform
import sys
import time

import numpy as np
import torch
from torch import nn

from nets import load, nets

task = json.load(open(sys.argv[1]))
torch.set_num_threads(task["threads"])
torch.manual_seed(1)
layout = torch.channels_last if task["layout"] == "channels_last" else torch.contiguous_format


def data():
    size, batch = task["size"], task["batch"]
    images = np.fromfile(task["images"], np.float32).reshape(task["batches"], batch, size, size, 3)
    labels = np.fromfile(task["labels"], np.int32).reshape(task["batches"], batch)
    x = torch.from_numpy(images).permute(0, 1, 4, 2, 3)
    return [(each.contiguous(memory_format=layout), torch.from_numpy(y).long()) for each, y in zip(x, labels)]


def peak():
    """Most memory that was ever resident, in MiB."""
    lines = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
    return int(lines["VmHWM"].split()[0]) / 1024


model = nets[task["net"]](task["size"], task["classes"])
load(model, task["variables"], np.fromfile(task["state"], np.float32))
model = model.to(memory_format=layout).train()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=task["rate"], momentum=task["momentum"], weight_decay=task["decay"], fused=task["fused"])
batches = data()
forward = torch.compile(model) if task["compile"] else model
done = 0


def step():
    global done
    x, y = batches[done % len(batches)]
    done += 1
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16) if task["bfloat16"] else contextlib.nullcontext():
        loss = criterion(forward(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def run(steps):
    losses, milliseconds = [], []
    for _ in range(steps):
        start = time.perf_counter()
        losses.append(step())
        milliseconds.append(1000 * (time.perf_counter() - start))
    return losses, milliseconds


def say(answer):
    print(json.dumps(answer), flush=True)


losses, milliseconds = run(task["warm"])
say(
    {
        "ready": True,
        "parameters": sum(p.numel() for p in model.parameters()),
        "losses": losses,
        "first_step_ms": milliseconds[0],
        "library": f"PyTorch {torch.__version__}, Python {platform.python_version()}",
        "threads": torch.get_num_threads(),
    }
)
for line in sys.stdin:
    losses, milliseconds = run(int(line))
    say({"milliseconds": milliseconds, "losses": losses, "peak_mib": peak()})
