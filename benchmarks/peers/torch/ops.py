"""The rows of single ops in PyTorch: each gives (step, check)."""

import torch
import torch.nn.functional as F

from seeded import checksum, seeded, seeded_positive


class NotComparable(Exception):
    """Why PyTorch has no figure in a row."""


def runnable(call):
    """`call` gives a tuple of results."""
    return call, lambda: [number for result in call() for number in checksum(result)]


def matmul(work):
    batches, (m, k, n) = [work["batch"]] * (work["batch"] > 1), (work[size] for size in "mkn")
    a = seeded(1, batches + ([k, m] if work["aTransposed"] else [m, k]))
    b = seeded(2, batches + ([n, k] if work["bTransposed"] else [k, n]))
    a = a.transpose(-1, -2) if work["aTransposed"] else a
    b = b.transpose(-1, -2) if work["bTransposed"] else b
    return runnable(lambda: (torch.matmul(a, b),))


def gelu(work):
    x = seeded(1, [work["count"]], 3.0)

    def affine(x):
        return F.gelu(x * 1.5 + 0.25, approximate="tanh")

    if not work["asFormula"]:
        return runnable(lambda: (affine(x),))
    if not hasattr(torch, "compile"):
        raise NotComparable("this version has no torch.compile")
    compiled = torch.compile(affine, dynamic=False)
    return runnable(lambda: (compiled(x),))


def add(work):
    a, b = seeded(1, [work["count"]]), seeded(2, [work["count"]])
    a.requires_grad_(work["recording"])
    return runnable(lambda: (a + b,))


def on_rows(work):
    rows, columns = work["rows"], work["columns"]
    x = seeded(1, [rows, columns], 3.0)
    weight, bias = torch.ones(columns), torch.zeros(columns)
    calls = {
        "softmax": lambda: (torch.softmax(x, -1),),
        "layerNorm": lambda: (F.layer_norm(x, (columns,), weight, bias),),
        "transpose": lambda: (x.T.contiguous(),),
        "sumDim0": lambda: (x.sum(0),),
        "sumDim1": lambda: (x.sum(1),),
    }
    return runnable(calls[work["kind"]])


def conv(work):
    images, channels, size, filters, groups = (work[name] for name in ("images", "channels", "size", "filters", "groups"))
    x = seeded(1, [images, channels, size, size])
    weight = seeded(2, [filters, channels // groups, 3, 3], 0.1)
    if not work["backward"]:
        return runnable(lambda: (F.conv2d(x, weight, padding=1, groups=groups),))
    x.requires_grad_()
    weight.requires_grad_()
    dy = seeded(3, [images, filters, size, size])
    return runnable(lambda: torch.autograd.grad(F.conv2d(x, weight, padding=1, groups=groups), (x, weight), dy))


def max_pool(work):
    images, channels, size = (work[name] for name in ("images", "channels", "size"))
    x = seeded_positive(1, [images, channels, size, size])
    if not work["backward"]:
        return runnable(lambda: (F.max_pool2d(x, 2),))
    x.requires_grad_()
    dy = torch.ones(images, channels, size // 2, size // 2)
    return runnable(lambda: torch.autograd.grad(F.max_pool2d(x, 2), (x,), dy))


OPS = {
    "matmul": matmul,
    "gelu": gelu,
    "add": add,
    "softmax": on_rows,
    "layerNorm": on_rows,
    "transpose": on_rows,
    "sumDim0": on_rows,
    "sumDim1": on_rows,
    "conv": conv,
    "maxPool": max_pool,
}
