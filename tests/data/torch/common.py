"""common.py - how results of PyTorch are written down

Inputs and weights are not stored: both sides draw them with the same few integer operations (`numbers`). Of each result
there is one line: case, name, how many numbers it has, the largest of them (in size), the step, and every step-th
number, in the order in which the library keeps it: NHWC, and weights as rows, columns, inputs, outputs.
"""
import os
import numpy as np
import torch

torch.set_num_threads(1)
SAMPLES = 200
out = None


def begin(name):
    """All results go into this file, beside this script, from now on."""
    global out
    out = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "w")
    return out


def numbers(seed, *dims):
    """Numbers from -1 to 1 that are the same here and in tests/recorded.h."""
    i = np.arange(np.prod(dims), dtype=np.uint64)
    h = (i * 2654435761 + seed * 40503 + 12345) % 2**32
    h = (h ^ (h >> 15)) * 2246822519 % 2**32
    h = (h ^ (h >> 13)) * 3266489917 % 2**32
    h ^= h >> 16
    return torch.from_numpy(((h >> 8).astype(np.float32) / 2**23 - 1).reshape(dims))


def record(case, name, t):
    t = t.detach().contiguous().reshape(-1)
    step = max(1, len(t) // SAMPLES) | 1
    print(case, name, len(t), "%.9g" % t.abs().max(), step, *("%.7g" % v for v in t[::step]), file=out)


def picture(t):  # NCHW to NHWC, or the other way with back
    return t.permute(0, 2, 3, 1)


def kernel(w):  # OIHW to HWIO
    return w.permute(2, 3, 1, 0)


def layer(case, x, parameters, f):
    """Output, and gradients of input and parameters; the loss is the sum of y times numbers (99)."""
    x = x.permute(0, 3, 1, 2).clone().requires_grad_()
    y = f(x)
    shown = picture(y) if y.dim() == 4 else y
    (shown * numbers(99, *shown.shape)).sum().backward()
    record(case, "y", shown)
    record(case, "dx", picture(x.grad))
    for name, p in parameters:
        record(case, name, kernel(p.grad) if p.dim() == 4 else p.grad)
