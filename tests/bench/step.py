#!/usr/bin/python3
"""step.py THREADS SAME(0|1) train|infer SECONDS: PyTorch's side of step.c, the same net and the same output."""
import os
import statistics
import sys
import time

threads, same, mode, seconds = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
os.environ["OMP_NUM_THREADS"] = str(threads)
import torch
from torch import nn

torch.set_num_threads(threads)
torch.manual_seed(0)
wide = 8 * 8 * 64 if same else 6 * 6 * 64
net = nn.Sequential(nn.Conv2d(3, 32, 3, padding=same), nn.ReLU(), nn.MaxPool2d(2),
                    nn.Conv2d(32, 64, 3, padding=same), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                    nn.Linear(wide, 128), nn.ReLU(), nn.Linear(128, 10))
x, y = torch.randn(64, 3, 32, 32), torch.randint(0, 10, (64,))
adam, cross_entropy = torch.optim.Adam(net.parameters(), lr=1e-3), nn.CrossEntropyLoss()


def step():
    if mode == "infer":
        with torch.no_grad():
            net(x)
        return
    adam.zero_grad(set_to_none=True)
    cross_entropy(net(x), y).backward()
    adam.step()


for warm in range(3):
    step()
wall, cpu = [], []
end = time.perf_counter() + seconds
while time.perf_counter() < end or len(wall) < 5:
    w, c = time.perf_counter(), time.process_time()
    step()
    cpu.append(time.process_time() - c)
    wall.append(time.perf_counter() - w)
print("%.3f %.3f" % (1e3 * statistics.median(wall), 1e3 * statistics.median(cpu)))
