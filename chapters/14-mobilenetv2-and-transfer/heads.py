#!/usr/bin/python3
"""heads.py FEATURES CIFAR: the heads of chapter 14 once more, by PyTorch, on the same features, as lines of run.tsv.

The features are those files that nn train has kept of MobileNetV2 at 96 x 96. Everything else is PyTorch's own: the layers, Adam,
the order of the pictures. A head of two layers is drawn by PyTorch's rule and by Glorot's, which is Keras's and ours."""
import glob
import json
import math
import sys

import numpy
import torch

EPOCHS, BATCH, LEARNT, SEEDS = {"linear": 10, "dense128": 5}, 64, 45000, 6


def kept(folder):
    """All files of features: (what they were made from, an array to be mapped)."""
    for path in sorted(glob.glob(folder + "/*.safetensors")):
        with open(path, "rb") as file:
            size = int.from_bytes(file.read(8), "little")
            about = json.loads(file.read(size))
        shape = about["features"]["shape"]
        if about["features"]["dtype"] == "F32" and shape[1:] == [1, 1, 1280] and "resize:96:96" in about["__metadata__"]["transforms"]:
            yield about["__metadata__"], numpy.memmap(path, "<f4", "r", 8 + size, tuple(shape)).reshape(shape[0], -1)


def pair(folder, mean):
    """The features of all 50,000 and all 10,000 pictures by the net whose pictures have this mean."""
    for about, training in kept(folder):
        for other, test in kept(folder):
            if (about["net"] == other["net"] and len(training) == 50000 and len(test) == 10000
                    and "standardise:" + mean in about["transforms"]):
                return torch.from_numpy(numpy.array(training)), torch.from_numpy(numpy.array(test))
    sys.exit("heads.py: no features of all pictures in " + folder)


def labels(folder, names):
    rows = [numpy.fromfile(f"{folder}/{name}.bin", numpy.uint8).reshape(-1, 3073) for name in names]
    return torch.from_numpy(numpy.concatenate(rows)[:, 0].astype(numpy.int64))


def accuracy(features, truth, kind, glorot, seed):
    (x, tests), (y, answers) = features, truth
    torch.manual_seed(seed)
    if kind == "linear":
        net = torch.nn.Sequential(torch.nn.Linear(1280, 10))
    else:
        net = torch.nn.Sequential(torch.nn.Linear(1280, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    for layer in net:
        if glorot and isinstance(layer, torch.nn.Linear):
            torch.nn.init.xavier_uniform_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
    adam = torch.optim.Adam(net.parameters(), 1e-3)
    learnt = torch.randperm(len(x))[:LEARNT]
    step, steps = 0, EPOCHS[kind] * math.ceil(LEARNT / BATCH)
    for _ in range(EPOCHS[kind]):
        for batch in learnt[torch.randperm(LEARNT)].split(BATCH):
            if kind == "linear":  # its recipe has a cosine
                adam.param_groups[0]["lr"] = 1e-3 * 0.5 * (1 + math.cos(math.pi * step / steps))
            step += 1
            adam.zero_grad()
            torch.nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            adam.step()
    with torch.no_grad():
        return 100 * (net(tests).argmax(1) == answers).double().mean().item()


def main():
    torch.set_num_threads(1)
    truth = (labels(sys.argv[2], [f"data_batch_{k}" for k in range(1, 6)]), labels(sys.argv[2], ["test_batch"]))
    for key, kind, mean, glorot in [("frozen_pytorch", "linear", "0.485", True), ("frozen_dense128_pytorch", "dense128", "0.5", True),
                                    ("frozen_dense128_pytorch_own", "dense128", "0.5", False)]:
        features = pair(sys.argv[1], mean)
        figures = [accuracy(features, truth, kind, glorot, seed) for seed in range(1 if kind == "linear" else SEEDS)]
        print(f"{key}\t{numpy.mean(figures):.2f}\tpercent of the test, the same head on the same features in PyTorch, "
              f"drawn by {'Glorot' if glorot else 'its own rule'}, mean of {len(figures)} seeds", flush=True)


main()
