#!/usr/bin/python3
"""record.py - what PyTorch computes, for tests/unit/torch.c

Run by hand, it writes recorded.txt beside itself.
"""
import numpy as np
import torch
import torch.nn.functional as F
from common import begin, kernel, layer, numbers, picture, record

out = begin("recorded.txt")


def conv(case, n, h, w, c, o, k, pads=None, **options):
    weight = numbers(2, k, k, c // options.get("groups", 1), o).permute(3, 2, 0, 1).clone().requires_grad_()
    bias = numbers(3, o).requires_grad_()
    before = (lambda x: F.pad(x, pads)) if pads else (lambda x: x)
    layer(case, numbers(1, n, h, w, c), [("dw", weight), ("db", bias)],
          lambda x: F.conv2d(before(x), weight, bias, **options))


conv("conv_valid", 2, 7, 6, 3, 4, 3)
conv("conv_same", 2, 7, 6, 3, 4, 3, padding=1)
conv("conv_same5", 2, 7, 6, 3, 4, 5, padding=2)
conv("conv_stride", 2, 8, 7, 3, 4, 3, pads=(1, 1, 0, 1), stride=2)  # as Keras pads: left, right, top, bottom
conv("conv_pad", 2, 8, 7, 3, 4, 3, padding=1, stride=2)
conv("conv_dilation", 2, 9, 8, 3, 4, 3, padding=2, dilation=2)
conv("conv_groups", 2, 6, 6, 6, 4, 3, padding=1, groups=2)
conv("conv_groups_wide", 2, 6, 5, 32, 64, 3, padding=1, groups=2)
conv("conv_groups_odd", 2, 7, 6, 15, 9, 3, padding=2, stride=2, dilation=2, groups=3)
conv("conv_depthwise", 2, 6, 6, 6, 6, 3, padding=1, groups=6)
conv("conv_1x1", 2, 6, 6, 6, 5, 1)
layer("pool_2", numbers(1, 2, 7, 6, 5), [], lambda x: F.max_pool2d(x, 2))
layer("pool_3", numbers(1, 2, 7, 6, 5), [], lambda x: F.max_pool2d(x, 3, 2))
layer("pool_pad", numbers(1, 2, 7, 6, 5), [], lambda x: F.max_pool2d(x, 3, 2, 1))
layer("relu", numbers(1, 2, 7, 6, 5), [], F.relu)
w, b = numbers(2, 30, 7).requires_grad_(), numbers(3, 7).requires_grad_()
layer("dense", numbers(1, 4, 2, 3, 5), [("dw", w), ("db", b)],
      lambda x: picture(x).reshape(4, 30) @ w + b)

# -- softmax and cross-entropy, with soft targets and a weight for each image
x = (numbers(1, 6, 5) * 8).requires_grad_()
target, weight = (numbers(2, 6, 5) + 1) / 2, numbers(3, 6) + 1.5
loss = -(target * F.log_softmax(x, 1)).sum(1) * weight
loss.mean().backward()
record("cross_entropy", "p", F.softmax(x, 1))
record("cross_entropy", "loss", loss)
record("cross_entropy", "dx", x.grad)

# -- ten steps of each optimiser
for case, make in (("sgd", lambda p: torch.optim.SGD(p, 0.1)),
                   ("sgd_decay", lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.05)),
                   ("momentum", lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.05)),
                   ("adam", lambda p: torch.optim.Adam(p, 0.01)),
                   ("adam_decay", lambda p: torch.optim.Adam(p, 0.01, (0.8, 0.99), 1e-4, 0.05))):
    p = numbers(1, 50).requires_grad_()
    optimiser = make([p])
    for step in range(10):
        p.grad = numbers(100 + step, 50) * 0.01
        optimiser.step()
    record(case, "w", p)

# -- the baseline: activations, loss, all gradients, and the weights after three steps of Adam
for case, pad in (("baseline_same", 1), ("baseline_valid", 0)):
    wide = 8 * 8 * 64 if pad else 6 * 6 * 64
    shapes = [(3, 3, 3, 32), (32,), (3, 3, 32, 64), (64,), (wide, 128), (128,), (128, 10), (10,)]
    # weights as large as Glorot would draw them, biases of a tenth
    p = []
    for k, s in enumerate(shapes):
        fans = np.prod(s[:-2]) * (s[-2] + s[-1]) if len(s) > 1 else 600
        p.append((numbers(10 + k, *s) * np.float32(np.sqrt(6 / fans))).requires_grad_())
    images, labels = numbers(1, 4, 32, 32, 3), torch.tensor([3, 0, 9, 3])
    optimiser = torch.optim.Adam(p, 1e-3)
    for step in range(3):
        a1 = F.relu(F.conv2d(images.permute(0, 3, 1, 2), p[0].permute(3, 2, 0, 1), p[1], padding=pad))
        a2 = F.relu(F.conv2d(F.max_pool2d(a1, 2), p[2].permute(3, 2, 0, 1), p[3], padding=pad))
        flat = picture(F.max_pool2d(a2, 2)).reshape(4, wide)
        a3 = F.relu(flat @ p[4] + p[5])
        scores = a3 @ p[6] + p[7]
        scores.retain_grad()
        loss = F.cross_entropy(scores, labels)
        optimiser.zero_grad()
        loss.backward()
        if step == 0:
            for name, t in (("relu_1", picture(a1)), ("relu_2", picture(a2)), ("relu_3", a3), ("dense_2", scores)):
                record(case, name, t)
            record(case, "d_dense_2", scores.grad)
            record(case, "loss", loss)
            for k, w in enumerate(p):
                record(case, "d%d" % k, w.grad)
        optimiser.step()
    record(case, "last_loss", loss)
    for k, w in enumerate(p):
        record(case, "w%d" % k, w)
out.close()
