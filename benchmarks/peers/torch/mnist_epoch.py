"""One epoch on MNIST in PyTorch, eager: mnist_epoch.py MODEL DIR THREADS. The twin of src/gradkit/mnist-epoch.ts.

The images lie in memory as one tensor and a batch is one indexing of it: faster than PyTorch's own DataLoader, which asks for them one by one.
"""

import gzip
import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn

from training import lenet

MEAN, STD = 0.1307, 0.3081  # of the training images


def cnn():
    """The demo's default: batch normalisation, dropout."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(800, 10),
    )  # fmt: skip


def idx(directory, name):
    path = os.path.join(directory, name)
    with gzip.open(path + ".gz") if os.path.exists(path + ".gz") else open(path, "rb") as file:
        data = file.read()
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * d : 8 + 4 * d], "big") for d in range(rank)]
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape).copy())


def digits(directory, prefix):
    images = (idx(directory, f"{prefix}-images-idx3-ubyte").float() / 255 - MEAN) / STD
    return images.unsqueeze(1), idx(directory, f"{prefix}-labels-idx1-ubyte").long()


name, directory, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.manual_seed(0)
images, labels = digits(directory, "train")
model = {"lenet": lenet, "cnn": cnn}[name]()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

start = time.perf_counter()
batches = torch.randperm(len(images)).split(64)
total = 0.0
for step, batch in enumerate(batches):
    for group in optimizer.param_groups:
        group["lr"] = 2e-3 * (1 - step / len(batches))
    optimizer.zero_grad(set_to_none=True)
    loss = criterion(model(images[batch]), labels[batch])
    loss.backward()
    optimizer.step()
    total += loss.item()
seconds = time.perf_counter() - start

model.eval()
images, labels = digits(directory, "t10k")
with torch.no_grad():
    correct = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(images.split(1000), labels.split(1000)))
print(json.dumps({"seconds": seconds, "accuracy": correct / len(labels), "loss": total / len(batches)}))
