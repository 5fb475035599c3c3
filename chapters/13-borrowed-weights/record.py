#!/usr/bin/python3
"""record.py - a small network of PyTorch's, for chapter 13, tests/unit/import.c and tests/cmd/hub.py

Run by hand, it writes two files beside itself: hub.safetensors, random weights under the names and in the order in
which the hub keeps a MobileNet's, and dumped.safetensors, one picture and what every layer makes of it. All in
PyTorch's order: pictures NCHW, convolutions OIHW. No package writes them: the format is eight bytes, JSON, numbers.
"""
import json
import os
import struct
from collections import OrderedDict
import torch
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))
TYPES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}


def save(path, tensors, notes=None):
    header, data = ({"__metadata__": notes} if notes else {}), b""
    for name, t in tensors.items():
        t = t.detach().contiguous()
        raw = t.numpy().tobytes()
        header[name] = {"dtype": TYPES[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def norm(c):
    return nn.BatchNorm2d(c, eps=1e-5)


class Block(nn.Module):
    """Depthwise 3 x 3, then 1 x 1: what a MobileNet is made of."""

    def __init__(self, c, out, stride):
        super().__init__()
        depthwise = nn.Sequential(nn.Conv2d(c, c, 3, stride, 1, groups=c, bias=False), norm(c), nn.ReLU())
        self.conv = nn.Sequential(depthwise, nn.Conv2d(c, out, 1, bias=False), norm(out), nn.ReLU())

    def forward(self, x):
        return self.conv(x)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), norm(8), nn.ReLU())
        self.features = nn.Sequential(stem, Block(8, 16, 1), Block(16, 24, 2))
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(24 * 4 * 4, 10))

    def forward(self, x):
        return self.classifier(self.features(x))


def main():
    torch.manual_seed(13)
    net = Small().eval()
    with torch.no_grad():
        for module in net.modules():  # batch norms that have seen something; some channels hardly move at all
            if isinstance(module, nn.BatchNorm2d):
                c = module.num_features
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.3)
                module.running_mean.normal_(0, 0.2)
                module.running_var.copy_(0.3 * torch.rand(c) + 0.01)
                module.num_batches_tracked.fill_(1000)
    dumped = OrderedDict(picture=torch.rand(1, 3, 16, 16))
    for name, module in net.named_modules():
        if isinstance(module, (nn.Conv2d, nn.BatchNorm2d, nn.Linear)):
            module.register_forward_hook(lambda _, __, y, name=name: dumped.__setitem__(name, y.clone()))
    with torch.no_grad():
        net(dumped["picture"])
    save(os.path.join(here, "hub.safetensors"), net.state_dict())
    save(os.path.join(here, "dumped.safetensors"), dumped)


if __name__ == "__main__":
    main()
