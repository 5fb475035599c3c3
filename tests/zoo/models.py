"""models.py - the architectures of the zoo in PyTorch, with torchvision's names of tensors

Written from the papers and the published tables of names, so that Debian's python3-torch, which has no torchvision,
can say what our networks should compute.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


class SameConv(nn.Conv2d):
    """Keras's padding: just as much as it needs, the larger half behind."""

    def forward(self, x):
        pads = []
        for size, k, s in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1]):
            need = max((-(-size // s) - 1) * s + k - size, 0)
            pads += [need // 2, need - need // 2]
        return self._conv_forward(F.pad(x, pads), self.weight, self.bias)


class Flavour:
    def __init__(self, keras=False, eps=None, momentum=None):
        self.keras = keras
        self.eps = eps or (1e-3 if keras else 1e-5)
        self.momentum = momentum or (1e-3 if keras else 0.1)

    def conv(self, i, o, k, stride=1, groups=1, bias=False):
        if self.keras:
            return SameConv(i, o, k, stride, groups=groups, bias=bias)
        return nn.Conv2d(i, o, k, stride, k // 2, groups=groups, bias=bias)

    def norm(self, c):
        return nn.BatchNorm2d(c, eps=self.eps, momentum=self.momentum)

    def block(self, i, o, k, stride=1, groups=1, act=nn.ReLU6):
        return nn.Sequential(self.conv(i, o, k, stride, groups), self.norm(o), *([act()] if act else []))


def channels(v, divisor=8):
    new = max(divisor, int(v + divisor / 2) // divisor * divisor)
    return new + divisor if new < 0.9 * v else new


class Inverted(nn.Module):
    def __init__(self, f, i, o, stride, expand):
        super().__init__()
        h = i * expand
        self.shortcut = stride == 1 and i == o
        layers = [] if expand == 1 else [f.block(i, h, 1)]
        layers += [f.block(h, h, 3, stride, h), f.conv(h, o, 1), f.norm(o)]
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.conv(x) if self.shortcut else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, classes, width=1.0, keras=False):
        super().__init__()
        f = Flavour(keras)
        i = channels(32 * width)
        layers = [f.block(3, i, 3, 2)]
        for t, c, n, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                           (6, 320, 1, 1)):
            o = channels(c * width)
            for k in range(n):
                layers.append(Inverted(f, i, o, s if k == 0 else 1, t))
                i = o
        last = channels(1280 * max(1.0, width))
        layers.append(f.block(i, last, 1))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(0 if keras else 0.2), nn.Linear(last, classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


# name: how to make it for so many classes, and how many numbers the published one of 1000 classes learns
MODELS = {
    "mobilenetv2": (lambda n: MobileNetV2(n), 3504872),
    "mobilenetv2_keras": (lambda n: MobileNetV2(n, keras=True), 3504872),
    "mobilenetv2_035_keras": (lambda n: MobileNetV2(n, 0.35, keras=True), None),
}
