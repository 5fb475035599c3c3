#!/usr/bin/python3
"""ladder.py DATA OUT [ROW:SEED...]: PyTorch's side of the ladder, one line of OUT a run, to stand beside `nn train`'s.

DATA is a folder with CIFAR-10's data_batch_*.bin and test_batch.bin. Each row has the network and the settings of our recipe of the
same name: weights drawn as Keras draws them (Glorot uniform, biases 0), Adam as in its paper, a fifth of each class for validation,
the test set read once, when the run has ended. Needs PyTorch; runs on one thread.

A run that OUT already has is skipped, so it may be stopped and started at will. Of a run that is broken off, nothing counts. Rows
that differ only in when they end share a training: the same seed gives them the same epochs.
"""
import copy
import json
import math
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ROWS = {  # which network, batch, epochs at most, L2, patience, augmentation
    "C.baseline": dict(net="baseline", batch=32, epochs=10),
    "C.deeper": dict(net="deeper", batch=64, epochs=20),
    "C.batchnorm": dict(net="batchnorm", batch=64, epochs=20),
    "C.l2": dict(net="batchnorm", batch=64, epochs=20, l2=1e-4),
    "C.early-stopping": dict(net="batchnorm", batch=64, epochs=60, l2=1e-4, patience=3),
    "C.augmentation": dict(net="batchnorm", batch=64, epochs=20, augment=True),
}
FIRST = ["C.batchnorm", "C.l2", "C.early-stopping", "C.augmentation"]


def read(folder, names):
    """Photographs as n x 3 x 32 x 32 floats from 0 to 1 and their labels."""
    records = np.concatenate([np.fromfile(f"{folder}/{n}.bin", np.uint8).reshape(-1, 3073) for n in names])
    pictures = torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32)).float() / 255
    return pictures.contiguous(memory_format=torch.channels_last), torch.from_numpy(records[:, 0].astype(np.int64))


def split(labels, share, draw):
    """Indices to train with and to validate with: `share` of each class."""
    first, second = [], []
    for kind in range(10):
        own = torch.nonzero(labels == kind).flatten()
        own = own[torch.randperm(len(own), generator=draw)]
        take = round(share * len(own))
        second.append(own[:take])
        first.append(own[take:])
    return torch.cat(first), torch.cat(second)


def network(name):
    layers, channels = [], 3
    for filters in (32, 64) if name == "baseline" else (32, 64, 128):
        if name == "batchnorm":
            layers += [nn.Conv2d(channels, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters)]
        else:
            layers += [nn.Conv2d(channels, filters, 3)]
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
        channels = filters
    layers += [nn.AdaptiveAvgPool2d(1)] if name == "batchnorm" else []
    layers += [nn.Flatten()]
    if name == "baseline":
        layers += [nn.Linear(64 * 6 * 6, 128), nn.ReLU(), nn.Linear(128, 10)]
    else:
        wide = 128 if name == "batchnorm" else 128 * 2 * 2
        layers += [nn.Linear(wide, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10)]
    net = nn.Sequential(*layers)
    for layer in net:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return net.to(memory_format=torch.channels_last)


def augment(x, draw):
    """Turned by up to 15 degrees, zoomed by up to a tenth, shifted by up to a tenth, mirrored: one warp, bilinear, edges repeated."""
    def uniform(reach):
        return (2 * torch.rand(len(x), generator=draw) - 1) * reach
    angle, zoom_x, zoom_y = uniform(math.radians(15)), 1 + uniform(0.1), 1 + uniform(0.1)
    shift_x, shift_y = 2 * uniform(0.1), 2 * uniform(0.1)  # grid_sample's picture is 2 wide
    mirror = (torch.rand(len(x), generator=draw) < 0.5).float() * -2 + 1
    cos, sin = torch.cos(angle), torch.sin(angle)
    warp = torch.stack([torch.stack([mirror * cos * zoom_x, -sin * zoom_y, shift_x], 1),
                        torch.stack([mirror * sin * zoom_x, cos * zoom_y, shift_y], 1)], 1)
    grid = F.affine_grid(warp, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)


def measure(net, x, y):
    """Mean loss and share of right answers."""
    net.eval()
    loss = right = 0
    with torch.no_grad():
        for i in range(0, len(x), 500):
            out = net(x[i:i + 500])
            loss += F.cross_entropy(out, y[i:i + 500], reduction="sum").item()
            right += (out.argmax(1) == y[i:i + 500]).sum().item()
    return loss / len(x), right / len(x)


def epoch(net, adam, x, y, row, draw):
    """Once through the pictures; the mean loss and the share of right answers as they went by."""
    net.train()
    order, loss, right = torch.randperm(len(x), generator=draw), 0, 0
    for i in range(0, len(x), row["batch"]):
        some = order[i:i + row["batch"]]
        batch = x[some].contiguous(memory_format=torch.channels_last)
        if row.get("augment"):
            batch = augment(batch, draw).contiguous(memory_format=torch.channels_last)
        adam.zero_grad(set_to_none=True)
        out = net(batch)
        error = F.cross_entropy(out, y[some])
        error.backward()
        adam.step()
        loss += error.item() * len(some)
        right += (out.argmax(1) == y[some]).sum().item()
    return loss / len(x), right / len(x)


class Row:
    """What becomes of one row while its network is trained: when it ends, and with which weights."""
    def __init__(self, name):
        self.name, self.wants, self.best, self.kept, self.result = name, ROWS[name], math.inf, None, None

    def look(self, epoch, net, scores):
        """After an epoch (from 1): is this row at its end? scores: loss and accuracy in training, then in validation."""
        patience, val_loss = self.wants.get("patience"), scores[2]
        if patience and val_loss < self.best:
            self.best, self.kept = val_loss, (epoch, copy.deepcopy(net.state_dict()), scores)
        if not patience and epoch == self.wants["epochs"]:
            self.kept = (epoch, copy.deepcopy(net.state_dict()), scores)
        waited = epoch - self.kept[0] if self.kept else 0
        return epoch == self.wants["epochs"] or bool(patience) and waited >= patience


def same_training(a, b):
    """Rows that differ only in when they end begin alike: one training serves both."""
    return all(ROWS[a].get(key) == ROWS[b].get(key) for key in ("net", "batch", "l2", "augment"))


def run(names, seed, train, test):
    """Trains the network of these rows until all of them have ended; a result for each."""
    rows, row = [Row(name) for name in names], ROWS[names[0]]
    torch.manual_seed(seed)
    draw = torch.Generator().manual_seed(seed)
    learn, check = split(train[1], 0.2, draw)
    x, y, vx, vy = train[0][learn], train[1][learn], train[0][check], train[1][check]
    net = network(row["net"])
    # Keras adds l2 * sum(w^2) to the loss: its gradient is 2 * l2 * w, of the convolutions' weights alone.
    convolutions = [layer.weight for layer in net if isinstance(layer, nn.Conv2d)]
    others = [p for p in net.parameters() if not any(p is w for w in convolutions)]
    adam = torch.optim.Adam([dict(params=convolutions, weight_decay=2 * row.get("l2", 0)), dict(params=others)], lr=1e-3)
    began, done = time.process_time(), 0
    while any(not r.result for r in rows):
        done += 1
        scores = epoch(net, adam, x, y, row, draw) + measure(net, vx, vy)
        print("%s %d epoch %d: %.4f %.4f val %.4f %.4f" % (" ".join(names), seed, done, *scores),
              "%.0f s" % (time.process_time() - began), flush=True)
        now = copy.deepcopy(net.state_dict())
        for r in rows:
            if not r.result and r.look(done, net, scores):
                epochs, weights, kept = r.kept
                net.load_state_dict(weights)
                loss, accuracy = measure(net, *test)
                net.load_state_dict(now)
                r.result = dict(row=r.name, seed=seed, test_accuracy=accuracy, test_loss=loss, val_accuracy=kept[3],
                                val_loss=kept[2], train_accuracy=kept[1], train_loss=kept[0], epochs=done, kept_epoch=epochs,
                                torch=torch.__version__, cpu_seconds=round(time.process_time() - began))
                yield r.result


def main():
    data, out = sys.argv[1], sys.argv[2]
    jobs = [job.rsplit(":", 1) for job in sys.argv[3:]] or [
        [row, seed] for rows in (FIRST, [r for r in ROWS if r not in FIRST]) for seed in (7, 8, 9) for row in rows]
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    train = read(data, [f"data_batch_{k}" for k in range(1, 6)])
    test = read(data, ["test_batch"])
    for name, seed in jobs:
        done = [json.loads(line) for line in open(out)] if os.path.exists(out) else []
        missing = [r for r in ROWS if same_training(r, name) and not any(d["row"] == r and d["seed"] == int(seed) for d in done)]
        for result in run(missing, int(seed), train, test) if name in missing else []:
            with open(out, "a") as file:
                file.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
