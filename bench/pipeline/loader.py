"""PyTorch's DataLoader with PIL as a process that is measured: loader.py FOLDER BATCH WORKERS files|memory workers|main.

Each in the quickest plain form that we know of: PIL's own flip and crop (what comes into view is black), one conversion
to float32 for a whole batch, in channels_last order so that nothing is transposed, by the workers or by the main
process; a sampler without end, so that no epoch waits for the one before.
"""

import json
import os
import random
import resource
import sys
import time

import numpy
import PIL
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Sampler

SIZE = 112
PAD = 4


class Faces(Dataset):
    def __init__(self, folder, in_memory):
        self.files = []
        for identity, name in enumerate(sorted(os.listdir(folder))):
            for image in sorted(os.listdir(os.path.join(folder, name))):
                self.files.append((os.path.join(folder, name, image), identity))
        self.decoded = [decode(path) for path, _ in self.files] if in_memory else None

    def __len__(self):
        return len(self.files)

    def __getitem__(self, number):
        path, label = self.files[number]
        image = self.decoded[number] if self.decoded is not None else decode(path)
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        x = random.randint(-PAD, PAD)
        y = random.randint(-PAD, PAD)
        return numpy.asarray(image.crop((x, y, x + SIZE, y + SIZE))), label


def decode(path):
    with Image.open(path) as image:
        return image.convert("RGB")


class Endless(Sampler):
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        while True:
            yield from torch.randperm(self.count).tolist()


def as_bytes(samples):
    images = torch.from_numpy(numpy.stack([image for image, _ in samples]))
    return images, torch.tensor([label for _, label in samples])


def as_floats(samples):
    images, labels = as_bytes(samples)
    return floats(images), labels


def floats(images):
    return images.permute(0, 3, 1, 2).to(torch.float32).sub_(127.5).div_(128)


def main():
    folder, batch, workers, source, where = sys.argv[1:]
    dataset = Faces(os.path.join(folder, "faces"), source == "memory")
    loader = DataLoader(
        dataset,
        batch_size=int(batch),
        sampler=Endless(len(dataset)),
        num_workers=int(workers),
        collate_fn=as_floats if where == "workers" else as_bytes,
        persistent_workers=True,
    )
    iterator = iter(loader)

    def take(steps):
        start = time.perf_counter()
        for _ in range(steps):
            images, _ = next(iterator)
            if where == "main":
                floats(images)
        return (time.perf_counter() - start) * 1000

    first = take(1)
    take(2 * len(dataset) // int(batch))
    library = f"PyTorch {torch.__version__}, Pillow {PIL.__version__}"
    tell({"parameters": 0, "losses": [], "first_step_ms": first, "library": library, "threads": int(workers)})
    for line in sys.stdin:
        milliseconds = take(int(line))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        tell({"milliseconds": [milliseconds], "losses": [], "peak_mib": peak})
    # Workers are ended by the loader's own clean-up only where the iterator goes first.
    del iterator


def tell(what):
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
