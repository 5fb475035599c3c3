#!/usr/bin/python3
"""record_batchnorm.py - batch normalisation and global average pooling in PyTorch, for tests/unit/batchnorm.c

Run by hand, it writes batchnorm.txt beside itself.
"""
import torch
import torch.nn.functional as F
from common import begin, layer, numbers, picture, record

out = begin("batchnorm.txt")


def norm(case, x, steps=1, training=True, **options):
    """The last of several passes in training, each over another batch; the running statistics after it."""
    c = x.shape[-1]
    bn = torch.nn.BatchNorm2d(c, **options).double()
    with torch.no_grad():
        bn.weight.copy_(numbers(2, c))
        bn.bias.copy_(numbers(3, c))
        bn.running_mean.copy_(numbers(4, c))
        bn.running_var.copy_(numbers(5, c) + 1.5)
        for step in range(1, steps):
            bn((x * (step + 1) + step).permute(0, 3, 1, 2))
    bn.train(training)
    layer(case, x, [("dw", bn.weight), ("db", bn.bias)], bn)
    record(case, "mean", bn.running_mean)
    record(case, "variance", bn.running_var)


norm("norm", numbers(1, 4, 6, 6, 5))
norm("norm_one", numbers(1, 1, 6, 6, 5))
norm("norm_three", numbers(1, 4, 6, 6, 5), steps=3)
norm("norm_options", numbers(1, 4, 6, 6, 5), momentum=0.3, eps=1e-2)
norm("norm_far", (numbers(1, 4, 6, 6, 5) + 50).float().double())
norm("norm_dense", numbers(1, 7, 1, 1, 9))
norm("norm_frozen", numbers(1, 4, 6, 6, 5), training=False)
layer("gap", numbers(1, 3, 5, 7, 4), [], lambda x: F.adaptive_avg_pool2d(x, 1))
out.close()
