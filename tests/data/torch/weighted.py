#!/usr/bin/python3
"""weighted.py - what PyTorch computes of a loss with class weights, for tests/unit/imbalance.c

Run by hand, it writes weighted.txt beside itself: a line for each result, its name and its numbers. PyTorch's mean is a
mean by weights: the sum of weight times loss, divided by the sum of the weights.
"""
import os
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
out = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "weighted.txt"), "w")


def numbers(seed, *dims):
    """From -1 to 1, in steps of a fiftieth."""
    i = torch.arange(torch.Size(dims).numel(), dtype=torch.int64)
    return (((37 * i + 3 * i * i + 61 * seed) % 101).float() / 50 - 1).reshape(dims)


for name, labels in (("mixed", [0, 1, 2, 3, 4, 0, 2, 4, 4, 4, 1, 0]), ("one", [3] * 12)):
    for kind, weight in (("plain", [1.0] * 5), ("some", [1.5, 1, 0.25, 3, 0.5]), ("zero", [0, 2, 1, 1, 0])):
        x = (numbers(7, 12, 5) * 6).requires_grad_()
        loss = F.cross_entropy(x, torch.tensor(labels), weight=torch.tensor(weight, dtype=torch.float32))
        loss.backward()
        for what, t in (("loss", loss), ("dx", x.grad)):
            print(name, kind, what, *("%.9g" % v for v in t.detach().reshape(-1)), file=out)
out.close()
