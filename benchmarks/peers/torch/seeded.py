"""The twin of src/seeded.ts: the same numbers from (seed, index)."""

import numpy as np
import torch


def seeded(seed, shape, scale=1.0):
    """Uniform in [-scale, scale)."""
    count = int(np.prod(shape))
    with np.errstate(over="ignore"):
        bits = (np.arange(count, dtype=np.uint32) ^ np.uint32(seed * 0x9E37 & 0xFFFFFFFF)) * np.uint32(0x9E3779B1)
        bits = (bits ^ (bits >> 15)) * np.uint32(0x85EBCA6B)
        bits = (bits ^ (bits >> 13)) * np.uint32(0xC2B2AE35)
    bits = bits ^ (bits >> 16)
    values = (((bits >> 8).astype(np.float64) / 0x800000 - 1) * scale).astype(np.float32)
    return torch.from_numpy(values).reshape(tuple(shape))


def seeded_positive(seed, shape):
    """Uniform in [0, 1)."""
    return seeded(seed, shape, 0.5) + 0.5


def checksum(tensor):
    """The twin of src/checksum.ts."""
    values = tensor.detach().double().flatten()
    weights = seeded(99, values.shape).double()
    return [values.mean().item(), values.abs().mean().item(), (values * weights).mean().item()]
