"""listed.py - how small results are written down whole, for tests/listed.h: a line for each, its name and its numbers.

Inputs are small fractions that both sides calculate (`numbers`).
"""
import os

import numpy as np
import torch

torch.set_num_threads(1)
out = None  # the file of `begin`


def begin(name):
    """All results go into this file, beside this script, from now on."""
    global out
    out = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "w")


def numbers(seed, *dims):
    """From -1 to 1, in steps of a fiftieth."""
    i = torch.arange(torch.Size(dims).numel(), dtype=torch.int64)
    return (((37 * i + 3 * i * i + 61 * seed) % 101).float() / 50 - 1).reshape(dims)


def record(name, values):
    values = values.detach() if isinstance(values, torch.Tensor) else values
    print(name, *("%.9g" % x for x in np.asarray(values).reshape(-1)), file=out)
