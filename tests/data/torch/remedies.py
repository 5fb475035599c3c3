#!/usr/bin/python3
"""remedies.py - what PyTorch computes, for tests/unit/remedies.c

Run by hand, it writes remedies.txt beside itself: a line for each result, its name and its numbers.
"""
import torch
import torch.nn.functional as F

from listed import begin, numbers, record

begin("remedies.txt")

# -- ten steps of AdamW; SGD whose weights shrink first
for name, options in (("adamw", dict(lr=0.01, weight_decay=0.5)),
                      ("adamw_other", dict(lr=0.02, betas=(0.8, 0.99), eps=1e-4, weight_decay=2))):
    p = numbers(1, 40).requires_grad_()
    optimiser = torch.optim.AdamW([p], **options)
    for step in range(10):
        p.grad = numbers(100 + step, 40) * 0.01
        optimiser.step()
    record(name, p)
for name, momentum in (("sgdw", 0.9), ("sgdw_plain", 0)):
    p = numbers(1, 40).requires_grad_()
    optimiser = torch.optim.SGD([p], 0.1, momentum=momentum)
    for step in range(10):
        p.grad = numbers(100 + step, 40) * 0.01
        with torch.no_grad():
            p.mul_(1 - 0.1 * 0.5)
        optimiser.step()
    record(name, p)

# -- clipping: the gradients of a dense layer, 12 x 5, with its biases; longer than the limit, and shorter
for name, limit in (("clipped", 0.7), ("let_through", 70)):
    w, b = torch.zeros(12, 5, requires_grad=True), torch.zeros(5, requires_grad=True)
    w.grad, b.grad = numbers(5, 12, 5), numbers(6, 5)
    norm = torch.nn.utils.clip_grad_norm_([w, b], limit)
    record(name + "_norm", norm)
    record(name + "_w", w.grad)
    record(name + "_b", b.grad)

# -- label smoothing: the loss of each image and the gradient of their mean
for share in (0.1, 0.3):
    x = (numbers(7, 8, 5) * 6).requires_grad_()
    labels = torch.tensor([0, 1, 2, 3, 4, 0, 2, 4])
    loss = F.cross_entropy(x, labels, label_smoothing=share, reduction="none")
    loss.mean().backward()
    record("smooth_%g_loss" % share, loss)
    record("smooth_%g_dx" % share, x.grad)

# -- max-norm: every column of a 12 x 70 matrix at most 2 long
record("renorm", torch.renorm(numbers(8, 12, 70), 2, 1, 2))
