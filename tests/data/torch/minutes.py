#!/usr/bin/python3
"""minutes.py - what PyTorch and numpy compute, for tests/unit/minutes.c

Run by hand, it writes minutes.txt beside itself: a line for each result, its name and its numbers.
"""
import numpy as np
import torch

from listed import begin, numbers, record

begin("minutes.txt")

# -- ten steps with Nesterov's momentum; the same, called back after every third as the slow weights follow
for name, called in (("nesterov", False), ("lookahead", True)):
    p = numbers(1, 40).requires_grad_()
    optimiser = torch.optim.SGD([p], 0.1, momentum=0.85, nesterov=True, weight_decay=0.5)
    slow = p.detach().clone()
    for step in range(10):
        p.grad = numbers(100 + step, 40) * 0.01
        optimiser.step()
        last = step == 9
        if called and (last or (step + 1) % 3 == 0):
            share = 0 if last else 1 - 0.9 ** 3 * ((step + 1) / 10) ** 3
            slow.lerp_(p.detach(), share)
            with torch.no_grad():
                p.copy_(slow)
    record(name, p.detach())

# -- the copies of dirac: 5 filters of 3 x 3 x 3, 2 filters of 3 x 3 x 4; as rows, columns, channels, filters
for name, filters, channels in (("dirac_wide", 5, 3), ("dirac_thin", 2, 4)):
    w = torch.nn.init.dirac_(torch.empty(filters, channels, 3, 3))
    record(name, w.permute(2, 3, 1, 0))

# -- the triangle over 200 steps
record("triangle", np.interp(np.arange(200) / 200, [0, 0.23, 1], [0.2, 1, 0.07]))

# -- whitening: the filters of 300 patches of 6 numbers, one of which hangs together with another
x = numbers(9, 300, 6).double().numpy()
x[:, 3] = 0.9 * x[:, 1] + 0.1 * x[:, 3] + 0.25
variance, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
filters = (vectors / np.sqrt(variance + 5e-4)).T[::-1].copy()
for f in filters:
    f *= np.sign(f[np.abs(f).argmax()])
record("whitening", filters)
record("whitening_bias", -filters @ x.mean(0))
