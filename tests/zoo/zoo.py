#!/usr/bin/python3
"""zoo.py - every network of the zoo computes what PyTorch computes, forward and backward, at two sizes

Both get the same random weights and pictures. Compared are the output of every convolution and dense layer in training,
the scores in inference, the loss, and the running statistics after the pass: no number may be off by more than a
ten-thousandth of the largest of that result. The gradients of all weights and of the pictures as well, and these by the
same library with every float a double: where a value lies so near a kink of a ReLU that rounding takes it to the other
side, the gradient jumps, and nothing could be compared. In doubles that does not happen, and a millionth is allowed.

In training fifty batch norms over a dozen values each magnify what floats have rounded: at the end of the deepest networks
PyTorch's own floats are up to 1.5 ten-thousandths away from its doubles, ours up to 5, as Winograd's convolutions round more
(1.9 without them). So of these each layer in floats is asked by itself: it goes on from what PyTorch said before it. In inference, and in
doubles, they are compared from end to end as all others.

zoo.py [MODEL…]: only these.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np

try:
    import torch
except ImportError:
    print("skip the zoo: python3-torch is not installed")
    sys.exit(0)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from models import MODELS  # noqa: E402

torch.set_num_threads(1)
CLASSES = 10
BUILD = os.environ.get("BUILD", "build")
PEERS = {"floats": (os.path.join(BUILD, "tests/zoo/peer"), 1e-4),
         "doubles": (os.path.join(BUILD, "tests/double/zoo/peer"), 1e-6)}
IMAGES = (3, 2)
EACH = 2e-5  # a layer by itself: Winograd rounds to 1e-5
DEEP = ("resnet50", "resnet50_keras", "resnet50v2", "resnet50v2_3", "resnet50v2_keras", "inception_v3", "inception_v3_keras")


def ours(t):  # in the order in which the library keeps it
    t = t.detach()
    if t.dim() == 4:
        t = t.permute(0, 2, 3, 1)
    return t.contiguous().numpy().reshape(-1)


def ours_weight(t):
    t = t.detach()
    if t.dim() == 4:
        t = t.permute(2, 3, 1, 0)
    elif t.dim() == 2:
        t = t.t()
    return t.contiguous().numpy()


def save(path, arrays):
    header, at = {"__metadata__": {"layout": "HWIO"}}, 0
    for name, a in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
        at += a.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for a in arrays.values():
            out.write(a.tobytes())


def load(path):
    with open(path, "rb") as f:
        data = f.read()
    n, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + n])
    header.pop("__metadata__", None)
    types = {"F32": (np.float32, 4), "F64": (np.float64, 8)}
    return {k: np.frombuffer(data, types[v["dtype"]][0], offset=8 + n + v["data_offsets"][0],
                             count=(v["data_offsets"][1] - v["data_offsets"][0]) // types[v["dtype"]][1])
            for k, v in header.items()}


def draw(net, seed):
    """Weights with which the activations keep their size, statistics that are those of no batch."""
    g = torch.Generator().manual_seed(seed)
    for name, t in net.state_dict().items():
        if t.dim() > 1:
            fan = t[0].numel()
            t.copy_(torch.randn(t.shape, generator=g) * (2 / fan) ** 0.5)
        elif name.endswith("running_var") or name.endswith("weight"):
            t.copy_(0.5 + torch.rand(t.shape, generator=g))
        elif t.dim() == 1:
            t.copy_(torch.randn(t.shape, generator=g) * 0.2)


def theirs(net, x, label):
    """What PyTorch computes, in doubles: so the only error measured is ours."""
    net = net.double()
    for m in net.modules():
        if isinstance(m, torch.nn.Dropout):
            m.p = 0
    results = {}
    net.eval()
    with torch.no_grad():
        results["rest"] = ours(net(x))
    net.train()
    hooks = [m.register_forward_hook(lambda m, i, o, name=name: results.__setitem__("train." + name, ours(o)))
             for name, m in net.named_modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
    x = x.clone().requires_grad_()
    loss = torch.nn.functional.cross_entropy(net(x), label)
    loss.backward()
    for h in hooks:
        h.remove()
    results["loss"] = ours(loss)
    results["d.input"] = ours(x.grad)
    for name, p in net.named_parameters():
        results["d." + name] = ours_weight(p.grad).reshape(-1)
    for name, b in net.named_buffers():
        if "running" in name:
            results["after." + name] = ours(b)
    return results


def compare(model, side, n, folder):
    make = MODELS[model][0]
    torch.manual_seed(1)
    net = make(CLASSES)
    with torch.no_grad():
        draw(net, 7)
    weights, pictures, out = (os.path.join(folder, f) for f in ("weights.safetensors", "pictures.safetensors", "out.safetensors"))
    save(weights, {k: ours_weight(v) for k, v in net.state_dict().items() if "num_batches" not in k})
    g = torch.Generator().manual_seed(side)
    x = torch.randn(n, 3, side, side, generator=g).float()
    label = torch.randint(0, CLASSES, (n,), generator=g)
    save(pictures, {"pictures": x.permute(0, 2, 3, 1).contiguous().numpy(),
                    "target": np.eye(CLASSES, dtype=np.float32)[label.numpy()]})
    want = theirs(net, x.double(), label)
    for kind, (peer, close) in PEERS.items():
        told = subprocess.run([peer, model, str(side), str(n), str(CLASSES), weights, pictures, out],
                              capture_output=True, text=True)
        title = "%s, %d pictures of %d x %d, %s" % (model, n, side, side, kind)
        if told.returncode:
            print("not ok %s: %s" % (title, told.stderr.strip() or told.returncode))
        else:
            judge(title, load(out), want, kind, close)
    if model in DEEP:
        by_itself(model, side, n, (weights, pictures, out), want, folder)


def by_itself(model, side, n, files, want, folder):
    given = os.path.join(folder, "given.safetensors")
    forward = {k: v for k, v in want.items() if k.startswith(("train.", "after.")) or k == "loss"}
    save(given, {k: v.astype(np.float32) for k, v in forward.items()})
    told = subprocess.run([PEERS["floats"][0], model, str(side), str(n), str(CLASSES), *files, given], capture_output=True, text=True)
    title = "%s, %d pictures of %d x %d, each layer by itself" % (model, n, side, side)
    if told.returncode:
        print("not ok %s: %s" % (title, told.stderr.strip() or told.returncode))
    else:
        judge(title, {k: v for k, v in load(files[2]).items() if k == "loss" or not k.startswith(("d.", "rest"))}, forward, "each", EACH)


def judge(title, mine, want, kind, close):
    wrong = sorted(set(want) ^ set(mine))
    worst, where, count = 0, "", 0
    for name in sorted(want.keys() & mine.keys()):
        a, b = want[name], mine[name]
        if len(a) != len(b):
            wrong.append("%s has %d numbers, not %d" % (name, len(b), len(a)))
        if len(a) != len(b) or kind == "floats" and (name.startswith("d.") or
                                                     title.split(",")[0] in DEEP and name != "rest"):
            continue
        # -- the gradient of a bias in front of a batch norm is 0; its size is that of the weight beside it
        beside = want.get(name[:-len("bias")] + "weight", a) if name.startswith("d.") and name.endswith("bias") else a
        off = float(np.abs(a - b).max() / max(np.abs(a).max(), np.abs(beside).max(), 1e-30))
        count += 1
        if not off <= worst:
            worst, where = off, name
    if wrong:
        print("not ok %s: not in both: %s" % (title, ", ".join(wrong[:4])))
    elif not worst <= close:
        print("not ok %s: %s is off by %.2g of its largest" % (title, where, worst))
    else:
        print("ok %s: %d results, worst %.1e, %s" % (title, count, worst, where))


def published(model):
    """The number of parameters that the model is known by."""
    count = MODELS[model][1]
    model = model.split(":")[0]
    if count is None:
        return
    told = subprocess.run([os.path.join(os.environ.get("BUILD", "build"), "nn"), "inspect", model], capture_output=True,
                          text=True).stdout
    learnt = [line for line in told.splitlines() if " parameters" in line][-1:] or ["nothing"]
    number = learnt[0].split(", ")[1].split()[0] if ", " in learnt[0] and "learnt" in learnt[0] else learnt[0].split()[0]
    mark = "ok" if number == str(count) else "not ok"
    print("%s %s learns %s numbers, as published: %d" % (mark, model, number, count))


names = sys.argv[1:] or list(MODELS)
for name in names:
    published(name)
    for side, n in zip(MODELS[name][2], IMAGES):
        with tempfile.TemporaryDirectory() as folder:
            compare(name, side, n, folder)
    sys.stdout.flush()
