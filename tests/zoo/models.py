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


class Squeeze(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.fc1 = nn.Conv2d(c, channels(c // 4), 1)
        self.fc2 = nn.Conv2d(channels(c // 4), c, 1)

    def forward(self, x):
        return x * F.hardsigmoid(self.fc2(F.relu(self.fc1(x.mean([2, 3], keepdim=True)))))


class InvertedV3(nn.Module):
    def __init__(self, f, i, k, wide, o, squeeze, swish, stride):
        super().__init__()
        act = nn.Hardswish if swish else nn.ReLU
        self.shortcut = stride == 1 and i == o
        layers = [] if wide == i else [f.block(i, wide, 1, act=act)]
        layers += [f.block(wide, wide, k, stride, wide, act)]
        layers += [Squeeze(wide)] if squeeze else []
        layers += [f.block(wide, o, 1, act=None)]
        self.block = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.block(x) if self.shortcut else self.block(x)


class MobileNetV3(nn.Module):
    SMALL = ((3, 16, 16, 1, 0, 2), (3, 72, 24, 0, 0, 2), (3, 88, 24, 0, 0, 1), (5, 96, 40, 1, 1, 2),
             (5, 240, 40, 1, 1, 1), (5, 240, 40, 1, 1, 1), (5, 120, 48, 1, 1, 1), (5, 144, 48, 1, 1, 1),
             (5, 288, 96, 1, 1, 2), (5, 576, 96, 1, 1, 1), (5, 576, 96, 1, 1, 1))
    LARGE = ((3, 16, 16, 0, 0, 1), (3, 64, 24, 0, 0, 2), (3, 72, 24, 0, 0, 1), (5, 72, 40, 1, 0, 2),
             (5, 120, 40, 1, 0, 1), (5, 120, 40, 1, 0, 1), (3, 240, 80, 0, 1, 2), (3, 200, 80, 0, 1, 1),
             (3, 184, 80, 0, 1, 1), (3, 184, 80, 0, 1, 1), (3, 480, 112, 1, 1, 1), (3, 672, 112, 1, 1, 1),
             (5, 672, 160, 1, 1, 2), (5, 960, 160, 1, 1, 1), (5, 960, 160, 1, 1, 1))

    def __init__(self, classes, large, keras=False):
        super().__init__()
        f = Flavour(keras, 1e-3, None if keras else 0.01)
        layers, i = [f.block(3, 16, 3, 2, act=nn.Hardswish)], 16
        for k, wide, o, squeeze, swish, stride in self.LARGE if large else self.SMALL:
            layers.append(InvertedV3(f, i, k, wide, o, squeeze, swish, stride))
            i = o
        layers.append(f.block(i, 6 * i, 1, act=nn.Hardswish))
        self.features = nn.Sequential(*layers)
        last = 1280 if large else 1024
        self.classifier = nn.Sequential(nn.Linear(6 * i, last), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(last, classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


class Bottleneck(nn.Module):
    def __init__(self, i, w, stride, first, keras=False):
        super().__init__()
        one, three = (stride, 1) if keras else (1, stride)
        self.conv1, self.bn1 = nn.Conv2d(i, w, 1, one, bias=False), nn.BatchNorm2d(w)
        self.conv2, self.bn2 = nn.Conv2d(w, w, 3, three, 1, bias=False), nn.BatchNorm2d(w)
        self.conv3, self.bn3 = nn.Conv2d(w, 4 * w, 1, bias=False), nn.BatchNorm2d(4 * w)
        self.downsample = nn.Sequential(nn.Conv2d(i, 4 * w, 1, stride, bias=False),
                                        nn.BatchNorm2d(4 * w)) if first else nn.Identity()

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(y)))))
        return F.relu(y + self.downsample(x))


STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))


class ResNet50(nn.Module):
    def __init__(self, classes, keras=False):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        i = 64
        for s, (w, n, stride) in enumerate(STAGES):
            blocks = []
            for k in range(n):
                blocks.append(Bottleneck(i, w, stride if k == 0 else 1, k == 0, keras))
                i = 4 * w
            setattr(self, "layer%d" % (s + 1), nn.Sequential(*blocks))
        self.fc = nn.Linear(i, classes)
        for norm in (m for m in self.modules() if keras and isinstance(m, nn.BatchNorm2d)):
            norm.eps, norm.momentum = 1.001e-5, 0.01

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for s in range(4):
            x = getattr(self, "layer%d" % (s + 1))(x)
        return self.fc(x.mean([2, 3]))


class BottleneckV2(nn.Module):
    def __init__(self, i, w, stride, first):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), nn.Conv2d(i, w, 1, bias=False)
        self.bn2, self.conv2 = nn.BatchNorm2d(w), nn.Conv2d(w, w, 3, stride, 1, bias=False)
        self.bn3, self.conv3 = nn.BatchNorm2d(w), nn.Conv2d(w, 4 * w, 1, bias=False)
        if first:
            self.downsample = nn.Conv2d(i, 4 * w, 1, stride, bias=False)
        self.first = first

    def forward(self, x):
        y = F.relu(self.bn1(x))
        shortcut = self.downsample(y) if self.first else x
        y = self.conv2(F.relu(self.bn2(self.conv1(y))))
        return self.conv3(F.relu(self.bn3(y))) + shortcut


class ResNet50V2(nn.Module):
    def __init__(self, classes, stages=4):
        super().__init__()
        self.bn_data = nn.BatchNorm2d(3)
        self.conv0, self.bn0 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        i, self.stages = 64, stages
        for s, (w, n, stride) in enumerate(STAGES[:stages]):
            blocks = []
            for k in range(n):
                blocks.append(BottleneckV2(i, w, stride if k == 0 else 1, k == 0))
                i = 4 * w
            setattr(self, "stage%d" % (s + 1), nn.Sequential(*blocks))
        self.bn_out = nn.BatchNorm2d(i)
        self.fc = nn.Linear(i, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn0(self.conv0(self.bn_data(x)))), 3, 2, 1)
        for s in range(self.stages):
            x = getattr(self, "stage%d" % (s + 1))(x)
        return self.fc(F.relu(self.bn_out(x)).mean([2, 3]))


class BottleneckV2Keras(nn.Module):
    def __init__(self, i, w, stride, first):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), nn.Conv2d(i, w, 1, bias=False)
        self.bn2, self.conv2 = nn.BatchNorm2d(w), nn.Conv2d(w, w, 3, stride, 1, bias=False)
        self.bn3, self.conv3 = nn.BatchNorm2d(w), nn.Conv2d(w, 4 * w, 1)
        if first:
            self.downsample = nn.Conv2d(i, 4 * w, 1, stride)
        self.first, self.stride = first, stride

    def forward(self, x):
        y = F.relu(self.bn1(x))
        shortcut = self.downsample(y) if self.first else x[:, :, ::self.stride, ::self.stride]
        y = self.conv2(F.relu(self.bn2(self.conv1(y))))
        return self.conv3(F.relu(self.bn3(y))) + shortcut


class ResNet50V2Keras(nn.Module):
    """The last block of a stage strides, and zeros around what is pooled first may win."""

    def __init__(self, classes):
        super().__init__()
        self.conv0 = nn.Conv2d(3, 64, 7, 2, 3)
        i = 64
        for s, (w, n, _) in enumerate(STAGES):
            blocks = []
            for k in range(n):
                blocks.append(BottleneckV2Keras(i, w, 2 if k == n - 1 and s < 3 else 1, k == 0))
                i = 4 * w
            setattr(self, "stage%d" % (s + 1), nn.Sequential(*blocks))
        self.bn_out = nn.BatchNorm2d(i)
        self.fc = nn.Linear(i, classes)
        for norm in (m for m in self.modules() if isinstance(m, nn.BatchNorm2d)):
            norm.eps, norm.momentum = 1.001e-5, 0.01

    def forward(self, x):
        x = F.max_pool2d(F.pad(self.conv0(x), (1, 1, 1, 1)), 3, 2)
        for s in range(4):
            x = getattr(self, "stage%d" % (s + 1))(x)
        return self.fc(F.relu(self.bn_out(x)).mean([2, 3]))


class VGG16(nn.Module):
    """With the linear head: the published one, of dense layers, wants 4096 x 4096 weights in any test."""

    def __init__(self, classes, norm=False):
        super().__init__()
        layers, i = [], 3
        for c, n in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(n):
                layers += [nn.Conv2d(i, c, 3, padding=1), *([nn.BatchNorm2d(c)] if norm else []), nn.ReLU()]
                i = c
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.head = nn.ModuleDict({"1": nn.Linear(512, classes)})

    def forward(self, x):
        return self.head["1"](self.features(x).mean([2, 3]))


class DenseLayer(nn.Module):
    def __init__(self, i):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(i), nn.Conv2d(i, 128, 1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(128), nn.Conv2d(128, 32, 3, padding=1, bias=False)

    def forward(self, x):
        y = self.conv1(F.relu(self.norm1(x)))
        return torch.cat([x, self.conv2(F.relu(self.norm2(y)))], 1)


class DenseNet121(nn.Module):
    def __init__(self, classes):
        super().__init__()
        parts = {"conv0": nn.Conv2d(3, 64, 7, 2, 3, bias=False), "norm0": nn.BatchNorm2d(64), "relu0": nn.ReLU(),
                 "pool0": nn.MaxPool2d(3, 2, 1)}
        c = 64
        for b, n in enumerate((6, 12, 24, 16)):
            parts["denseblock%d" % (b + 1)] = nn.Sequential()
            for k in range(n):
                parts["denseblock%d" % (b + 1)].add_module("denselayer%d" % (k + 1), DenseLayer(c))
                c += 32
            if b < 3:
                transition = parts["transition%d" % (b + 1)] = nn.Sequential()
                transition.add_module("norm", nn.BatchNorm2d(c))
                transition.add_module("relu", nn.ReLU())
                transition.add_module("conv", nn.Conv2d(c, c // 2, 1, bias=False))
                transition.add_module("pool", nn.AvgPool2d(2))
                c //= 2
        parts["norm5"] = nn.BatchNorm2d(c)
        self.features = nn.Sequential()
        for name, part in parts.items():
            self.features.add_module(name, part)
        self.classifier = nn.Linear(c, classes)

    def forward(self, x):
        return self.classifier(F.relu(self.features(x)).mean([2, 3]))


class Unit(nn.Module):
    def __init__(self, i, o, k, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(i, o, k, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(o, eps=1e-3)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Branches(nn.Module):
    """Chains of units, named, side by side; a chain "pool" begins with the mean of 3 x 3, "max" is a pooling alone."""

    def __init__(self, i, chains):
        super().__init__()
        self.chains, self.inside = [], False
        for kind, chain in chains:
            c, names = i, []
            for name, o, k, stride in chain:
                k = k if isinstance(k, tuple) else (k, k)
                unit = Unit(c, o, k, stride or 1, (k[0] // 2, k[1] // 2) if stride == 0 else 0)
                names.append(name)
                setattr(self, name, unit)
                if not name.endswith("a") or "_" not in name:
                    c = o
            self.chains.append((kind, names))

    def forward(self, x):
        outs = []
        for kind, names in self.chains:
            y = F.max_pool2d(x, 3, 2) if kind == "max" else F.avg_pool2d(x, 3, 1, 1, False, not self.inside) if kind == "pool" else x
            forked = []
            for name in names:
                unit = getattr(self, name)
                if name[-1] in "ab":  # both read what was before them
                    forked.append(unit(y))
                else:
                    y = unit(y)
            outs += forked or [y]
        return torch.cat(outs, 1)


def block_a(i, pooled):
    return Branches(i, (("", [("branch1x1", 64, 1, 0)]), ("", [("branch5x5_1", 48, 1, 0), ("branch5x5_2", 64, 5, 0)]),
                        ("", [("branch3x3dbl_1", 64, 1, 0), ("branch3x3dbl_2", 96, 3, 0), ("branch3x3dbl_3", 96, 3, 0)]),
                        ("pool", [("branch_pool", pooled, 1, 0)])))


def block_b(i):
    return Branches(i, (("", [("branch3x3", 384, 3, 2)]), ("", [("branch3x3dbl_1", 64, 1, 0), ("branch3x3dbl_2", 96, 3, 0),
                                                               ("branch3x3dbl_3", 96, 3, 2)]), ("max", [])))


def block_c(i, n):
    return Branches(i, (("", [("branch1x1", 192, 1, 0)]),
                        ("", [("branch7x7_1", n, 1, 0), ("branch7x7_2", n, (1, 7), 0), ("branch7x7_3", 192, (7, 1), 0)]),
                        ("", [("branch7x7dbl_1", n, 1, 0), ("branch7x7dbl_2", n, (7, 1), 0),
                              ("branch7x7dbl_3", n, (1, 7), 0), ("branch7x7dbl_4", n, (7, 1), 0),
                              ("branch7x7dbl_5", 192, (1, 7), 0)]), ("pool", [("branch_pool", 192, 1, 0)])))


def block_d(i):
    return Branches(i, (("", [("branch3x3_1", 192, 1, 0), ("branch3x3_2", 320, 3, 2)]),
                        ("", [("branch7x7x3_1", 192, 1, 0), ("branch7x7x3_2", 192, (1, 7), 0),
                              ("branch7x7x3_3", 192, (7, 1), 0), ("branch7x7x3_4", 192, 3, 2)]), ("max", [])))


def block_e(i):
    return Branches(i, (("", [("branch1x1", 320, 1, 0)]),
                        ("", [("branch3x3_1", 384, 1, 0), ("branch3x3_2a", 384, (1, 3), 0), ("branch3x3_2b", 384, (3, 1), 0)]),
                        ("", [("branch3x3dbl_1", 448, 1, 0), ("branch3x3dbl_2", 384, 3, 0),
                              ("branch3x3dbl_3a", 384, (1, 3), 0), ("branch3x3dbl_3b", 384, (3, 1), 0)]),
                        ("pool", [("branch_pool", 192, 1, 0)])))


class InceptionV3(nn.Module):
    def __init__(self, classes, keras=False):
        super().__init__()
        self.Conv2d_1a_3x3, self.Conv2d_2a_3x3 = Unit(3, 32, 3, 2), Unit(32, 32, 3)
        self.Conv2d_2b_3x3 = Unit(32, 64, 3, 1, 1)
        self.Conv2d_3b_1x1, self.Conv2d_4a_3x3 = Unit(64, 80, 1), Unit(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = block_a(192, 32), block_a(256, 64), block_a(288, 64)
        self.Mixed_6a = block_b(288)
        self.Mixed_6b, self.Mixed_6c = block_c(768, 128), block_c(768, 160)
        self.Mixed_6d, self.Mixed_6e = block_c(768, 160), block_c(768, 192)
        self.Mixed_7a = block_d(768)
        self.Mixed_7b, self.Mixed_7c = block_e(1280), block_e(2048)
        self.fc = nn.Linear(2048, classes)
        for m in self.modules():
            if keras and isinstance(m, nn.BatchNorm2d):
                m.momentum = 0.01
            elif isinstance(m, Branches):
                m.inside = keras

    def forward(self, x):
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(x, 3, 2)))
        x = F.max_pool2d(x, 3, 2)
        for name in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"):
            x = getattr(self, "Mixed_" + name)(x)
        return self.fc(x.mean([2, 3]))


# Name (and the head that is compared, if it is not the published one): how to make it for so many classes, how many
# numbers the published one of 1000 classes learns, and the two sizes that are compared.
MODELS = {
    "mobilenetv2": (lambda n: MobileNetV2(n), 3504872, (64, 96)),
    "mobilenetv2_keras": (lambda n: MobileNetV2(n, keras=True), 3504872, (64, 75)),
    "mobilenetv2_035_keras": (lambda n: MobileNetV2(n, 0.35, keras=True), None, (64, 96)),
    "mobilenetv3_small": (lambda n: MobileNetV3(n, False), 2542856, (64, 96)),
    "mobilenetv3_large": (lambda n: MobileNetV3(n, True), 5483032, (64, 96)),
    "mobilenetv3_small_keras": (lambda n: MobileNetV3(n, False, True), 2542856, (64, 75)),
    "mobilenetv3_large_keras": (lambda n: MobileNetV3(n, True, True), 5483032, (64, 75)),
    "resnet50": (lambda n: ResNet50(n), 25557032, (96, 128)),
    "resnet50_keras": (lambda n: ResNet50(n, keras=True), None, (64, 96)),
    "resnet50v2": (lambda n: ResNet50V2(n), None, (96, 128)),
    "resnet50v2_3": (lambda n: ResNet50V2(n, 3), None, (32, 48)),
    "resnet50v2_keras": (lambda n: ResNet50V2Keras(n), 25568360, (64, 96)),
    "vgg16:linear": (lambda n: VGG16(n), 138357544, (32, 48)),
    "vgg16_bn:linear": (lambda n: VGG16(n, True), 138365992, (32, 48)),
    "densenet121": (lambda n: DenseNet121(n), 7978856, (64, 96)),
    "inception_v3": (lambda n: InceptionV3(n), 23834568, (128, 139)),
    "inception_v3_keras": (lambda n: InceptionV3(n, keras=True), None, (128, 139)),
}
