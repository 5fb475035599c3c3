#!/usr/bin/python3
"""work.py MODEL SIDE BATCH train|infer THREADS SECONDS [last]: PyTorch's side of work.c, the same nets and the same output.

Inference is what torch.jit.optimize_for_inference makes of it. With `last` the channels lie innermost in memory
(channels_last), which PyTorch likes better for some nets.
"""
import os
import resource
import statistics
import sys
import time

name, side, batch, mode, threads, seconds = sys.argv[1:7]
side, batch, seconds = int(side), int(batch), float(seconds)
os.environ["OMP_NUM_THREADS"] = threads
import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "zoo"))
from models import MODELS  # noqa: E402

torch.set_num_threads(int(threads))
torch.manual_seed(0)


def baseline(padding):
    wide = 8 * 8 * 64 if padding else 6 * 6 * 64
    return nn.Sequential(nn.Conv2d(3, 32, 3, padding=padding), nn.ReLU(inplace=True), nn.MaxPool2d(2),
                         nn.Conv2d(32, 64, 3, padding=padding), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(wide, 128), nn.ReLU(inplace=True), nn.Linear(128, 10))


def deeper_six():
    layers, i = [], 3
    for c in (32, 64, 128):
        for _ in range(2):
            layers += [nn.Conv2d(i, c, 3, padding=1), nn.BatchNorm2d(c), nn.ReLU(inplace=True)]
            i = c
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 256), nn.ReLU(inplace=True),
                         nn.Dropout(0.5), nn.Linear(256, 10))


OWN = {"baseline": lambda: baseline(0), "baseline_same": lambda: baseline(1), "deeper_six": deeper_six}
net = OWN[name]() if name in OWN else MODELS[name][0](10)
torch.nn.functional.relu = lambda x, inplace=True: torch.relu_(x)  # in place, as torchvision has them: it saves memory
for module in net.modules():
    if isinstance(module, (nn.ReLU, nn.ReLU6)):
        module.inplace = True
x, y = torch.randn(batch, 3, side, side), torch.arange(batch) % 10
if sys.argv[7:] == ["last"]:
    net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
if mode == "train":
    adam, cross_entropy = torch.optim.Adam(net.parameters(), lr=1e-3), nn.CrossEntropyLoss()

    def step():
        adam.zero_grad(set_to_none=True)
        cross_entropy(net(x), y).backward()
        adam.step()
else:
    with torch.no_grad():
        net = torch.jit.optimize_for_inference(torch.jit.trace(net.eval(), x))

    def step():
        with torch.no_grad():
            net(x)

for warm in range(3):
    step()
wall, processor = [], []
end = time.perf_counter() + seconds
while time.perf_counter() < end or len(wall) < 5:
    w, c = time.perf_counter(), time.process_time()
    step()
    processor.append(time.process_time() - c)
    wall.append(time.perf_counter() - w)
print("%.4f %.4f %.1f 0" % (1e3 * statistics.median(wall), 1e3 * statistics.median(processor),
                            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
