#!/usr/bin/python3
"""hub.py - what we write, others read: an export of ours in PyTorch, by a reader of safetensors that is not ours"""
import json
import os
import struct
import subprocess
import sys
import tempfile

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
chapter = os.path.join(top, "chapters", "13-borrowed-weights")
sys.path.insert(0, chapter)
import numpy as np
import torch
from record import Small

KINDS = {"F32": np.float32, "I64": np.int64}


def read(path):
    """As strict as the format's own description: places without gaps or overlaps, up to the end of the file."""
    with open(path, "rb") as file:
        raw = file.read()
    (length,) = struct.unpack("<Q", raw[:8])
    assert length % 8 == 0 and raw[8:9] == b"{", "the header is aligned and begins at once"
    header, data, at, tensors = json.loads(raw[8 : 8 + length]), raw[8 + length :], 0, {}
    notes = header.pop("__metadata__", {})
    assert all(isinstance(v, str) for v in notes.values()), "notes are texts"
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        kind = np.dtype(KINDS[entry["dtype"]])
        assert begin == at and end - begin == kind.itemsize * int(np.prod(entry["shape"])), name
        tensors[name] = torch.from_numpy(np.frombuffer(data[begin:end], kind).reshape(entry["shape"]).copy())
        at = end
    assert at == len(data), "nothing behind the last array"
    return tensors, notes


bad = False


def check(holds, what, why=""):
    global bad
    bad |= not holds
    print(f"ok {what}" if holds else f"not ok {what}: {why}", flush=True)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "ours.safetensors")
    done = subprocess.run([os.path.join(top, os.environ.get("BUILD", "build"), "tests/unit/import"), "--export", path], cwd=top)
    check(done.returncode == 0, "an export is written")
    ours, notes = read(path)
    theirs, _ = read(os.path.join(chapter, "hub.safetensors"))
    counters = [name for name in theirs if name.endswith("num_batches_tracked")]
    same = all(torch.equal(ours[name], theirs[name]) for name in theirs if name not in counters)
    check(same and len(ours) == len(theirs) - len(counters), "every array is back, to the last bit, under its name and shape")
    check(notes.get("layout") == "OIHW", "and the order is noted", str(notes))
    net = Small().eval()
    left = net.load_state_dict(ours, strict=False)
    check(set(left.missing_keys) <= set(counters) and not left.unexpected_keys, "PyTorch takes it", str(left))
    dumped, _ = read(os.path.join(chapter, "dumped.safetensors"))
    twin = Small().eval()
    twin.load_state_dict(theirs)
    with torch.no_grad():
        out = net(dumped["picture"])
        apart = (out - twin(dumped["picture"])).abs().max().item()
        recorded = (out - dumped["classifier.1"]).abs().max().item()
    check(apart == 0, "and computes with it what it computes with its own, to the last bit", str(apart))
    # other processors add in another order
    check(recorded <= 1e-5, "which is what was recorded", str(recorded))
sys.exit(bad)
