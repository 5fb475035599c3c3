#!/usr/bin/python3
"""Many cells in one session: what the last of them costs does not grow with those before it.

Time is not judged here but what it comes from, counted: the text that a cell is compiled after, the mappings that its snapshot
copies, descriptors, memory. `make bench-kernel` runs 10,000 cells and prints their times.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, check, done, processes, ten_lines

CELLS, FIRST = 250, 50


def executor(kernel):
    """The process in which cells run; its snapshot is a child of it."""
    return next(p for p, (parent, name) in processes().items() if name == "nn-exec" and parent == kernel.process.pid)


def lines(path):
    with open(path) as file:
        return sum(1 for _ in file)


def resident(pid):
    with open("/proc/%d/smaps_rollup" % pid) as file:
        return int(next(line for line in file if line.startswith("Rss:")).split()[1])


def look(kernel):
    """Mappings of the executor, descriptors of both, KB of both."""
    both = kernel.process.pid, executor(kernel)
    return lines("/proc/%d/maps" % both[1]), sum(len(os.listdir("/proc/%d/fd" % p)) for p in both), sum(resident(p) for p in both)


k = Kernel(environment={"NNK_KEEP": "1"})
folder = os.path.join(k.tmp, next(name for name in os.listdir(k.tmp) if name.startswith("nnk-")))


def compiled_text():
    """The size of the newest file that was compiled."""
    newest = max((name for name in os.listdir(folder) if name.startswith("cell_") and name.endswith(".c")), key=lambda name: int(name[5:-2]))
    with open(os.path.join(folder, newest)) as file:
        return len(file.read())


def files():
    """How many files the session has, without the texts that NNK_KEEP asks for."""
    return sum(not name.endswith(".c") for name in k.files())


# -- cell after cell, each with a function, a type and four variables
k.run("int far (const int *place)\n{\n    return *place;\n}")
values, seen = [], {}
for i in range(100, 100 + CELLS):  # names of one length
    values.append(k.run(ten_lines(i)).value)
    if len(values) in (FIRST, CELLS):
        seen[len(values)] = look(k) + (compiled_text(), files())
check(values == ["{ .a = 9, .b = 285.0 }"] * CELLS, "%d cells give what they should" % CELLS, set(values))
first, last = seen[FIRST], seen[CELLS]
check(last[0] <= first[0] + 4, "cells share their mappings: %d, then %d" % (first[0], last[0]), (first, last))
check(last[1] == first[1], "no cell keeps a descriptor", (first, last))
growth = (last[2] - first[2]) / (CELLS - FIRST)
check(growth < 16, "a cell of ten lines keeps %.1f KB of memory, of 64 that it may" % growth, growth)
check(last[3] <= first[3] + 40, "a cell is compiled after what it uses: %d bytes, then %d" % (first[3], last[3]), (first, last))
check(last[4] == first[4] < 10, "nor a file: %d" % last[4], os.listdir(folder))
r = k.run("int here = 1;\nfar (NULL)")
check(r.error and "cell[1]:3: a null pointer was used" in r.error and "    3 |     return *place;" in r.error and "]:2" in r.error,
      "a crash in the first cell still has its line, and its caller's", r.error)
r = k.run("far (2.5)")
check(r.error and "cell[1]:1:" in r.error and "    1 | int far (const int *place)" in r.error and "    1 | far (2.5)" in r.error,
      "so has a mistake that gcc explains by the first cell", r.error)
check(files() == last[4], "and no file stays of that", os.listdir(folder))
check(k.run("sum100 + square349 (3)").value == "294.0", "the first and the last are both there")

# -- very many declarations at once: more than there were stubs, and nothing of them in the next cell's file
def functions(first, count):
    return "".join("static int many_%d (int v) { return v + %d; }\n" % (i, i) for i in range(first, first + count))


small = "int small_%d = 1; small_%d"
k.run(small % (1, 1))
before = compiled_text()
for first in range(1000, 5800, 1200):
    r = k.run(functions(first, 1200))
    check(r.status == "ok", "1,200 functions in one cell", r.error)
k.run("".join("#define MANY_%d %d\ntypedef struct { int v; } many_type_%d;\n" % (i, i, i) for i in range(1000)))
k.run(small % (2, 2))
check(compiled_text() == before, "after thousands of declarations a cell is compiled as before them: %d bytes" % before, compiled_text())
check(k.run("many_5799 (1) + MANY_999").value == "6799", "a late function, a late macro")
r = k.run("many_type_7 seven = { MANY_7 }; seven.v + many_1000 (0)")
check(r.value == "1007", "each of them can be used", r.value or r.error)
k.run("int many_1000 (int v) { return -v; }")
check(k.run("many_1000 (5)").value == "-5", "and be defined anew")
left = k.end()
check(left == [], "nothing is left behind", left)

done()
