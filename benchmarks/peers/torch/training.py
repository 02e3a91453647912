"""The training rows in PyTorch, eager."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from seeded import seeded


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(128, 256)
        self.fc = nn.Linear(256, 10)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.fc(h[0])


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def transformer():
    activation = lambda x: F.gelu(x, approximate="tanh")
    return nn.TransformerEncoderLayer(256, 4, 1024, dropout=0.0, activation=activation, batch_first=True, norm_first=True)


NETWORKS = {
    "mlp": lambda: nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    "mlp512": lambda: nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)),
    "lenet": lenet,
    "cnn": cnn,
    "lstm": Recurrent,
    "transformer": transformer,
}


def start_values(shape, start, seed):
    if start == "zeros":
        return torch.zeros(shape)
    if start == "ones":
        return torch.ones(shape)
    return seeded(seed, shape, 1 / math.sqrt(start))


def training(name, spec):
    """A step that gives its loss, from the parameters and the batch of src/models.ts."""
    model = NETWORKS[name]()
    model.load_state_dict({key: start_values(shape, start, 100 + i) for i, (key, (shape, start)) in enumerate(spec["parameters"].items())})
    x = seeded(7, spec["input"])
    if spec["target"] == "classes":
        y, criterion = torch.tensor([(7 * i + 3) % 10 for i in range(spec["batch"])]), nn.CrossEntropyLoss()
    else:
        y, criterion = seeded(8, spec["input"]), nn.MSELoss()
    optimizer = getattr(torch.optim, spec["optimizer"])(model.parameters(), lr=spec["lr"])

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step
