#!/usr/bin/python3
"""The kernel's figures, each with its goal: medians of at least twenty. `make bench-kernel`; CELLS=10000 sets the longest part.

Milliseconds are this machine's, now; a loaded one says so in its first line. Nothing is judged here: the counts are asserted
by tests/kernel.
"""
import os
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "kernel"))
from harness import Kernel, median_ms, processes, ten_lines

# in processor time, which other work on the machine does not lengthen
FORK = """double took[21]; for (int i = 0; i < 21; i++) { const clock_t t = clock (); const pid_t p = fork (); if (!p) _exit (0);
took[i] = 1000.0 * (clock () - t) / CLOCKS_PER_SEC; waitpid (p, NULL, 0); }
for (int i = 0; i < 21; i++) printf ("%g ", took[i]);"""
# the same work in a cell and in a program: steps over weights that a snapshot shares, in processor time
WORK = """static float *weight, *slope;
static double work (void)
{
    const clock_t began = clock ();
    for (int i = 0; i < 1000000; i++) weight[i] = slope[i] = 0;
    for (int step = 0; step < 1500; step++)
        for (int i = 0; i < 1000000; i++) {
            slope[i] = 0.9f * slope[i] + 0.1f * (weight[i] - 1);
            weight[i] -= 0.01f * slope[i];
        }
    return (double) (clock () - began) / CLOCKS_PER_SEC;
}
"""


def say(what, figure, goal):
    print("%-46s %12s   goal %s" % (what, figure, goal), flush=True)


def memory(pids):
    """Of all of them together, in MB; what they share counts for each of them."""
    total = 0
    for pid in pids:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            total += int(next(line for line in file if line.startswith("Rss:")).split()[1])
    return total / 1024


def first_result(_):
    k = Kernel()
    assert k.run("6 * 7").value == "42"
    starts.append(k)


print("load of the machine: %.1f on %d cores" % (os.getloadavg()[0], os.cpu_count()))
starts = []
say("start to the first result", "%.0f ms" % median_ms(first_result, 20), "600 ms")
for one in starts[1:]:
    one.end()
k = starts[0]
say("idle memory, without libclang", "%.0f MB" % memory(k.family() | {k.process.pid}), "80 MB")
say("ten lines", "%.1f ms" % median_ms(lambda i: k.run(ten_lines(i))), "40 ms")
k.end()
k = Kernel()
say("an expression", "%.1f ms" % median_ms(lambda i: k.run("%d + 1" % i)), "35 ms")
say("an empty cell", "%.2f ms" % median_ms(lambda i: k.run(""), 100), "3 ms")
LINES = 'for (int i = 0; i < 1000000; i++) printf ("epoch %d loss %f\\n", i, 1.0 / (i + 1));'
inside = [float(k.run("double before = omp_get_wtime (); %s\nomp_get_wtime () - before" % LINES).value) for _ in range(20)]
say("a million lines, printed and fetched", "%.2f s" % statistics.median(inside), "0.5 s")
say("a million lines, in the client's hands", "%.2f s" % (median_ms(lambda i: k.run(LINES), 20) / 1000), "-")
k.run("#include <sys/wait.h>")
say("snapshot, a small heap", "%.2f ms" % statistics.median(map(float, k.run(FORK).stream().split())), "1 ms")
k.run("char *data = malloc (1 << 30); memset (data, 1, 1 << 30);")
say("snapshot, 1 GB loaded", "%.1f ms" % statistics.median(map(float, k.run(FORK).stream().split())), "30 ms")
k.end()

k = Kernel()
source = os.path.join(k.home, "work.c")
with open(source, "w") as file:
    file.write("#include <stdio.h>\n#include <stdlib.h>\n#include <time.h>\n" + WORK + "int main (void) { weight = calloc (1000000, 4); "
               "slope = calloc (1000000, 4); work (); printf (\"%f\\n\", work ()); }\n")
subprocess.run(["gcc", "-O2", "-g", "-fopenmp", "-fPIC", source, "-o", source + ".out"], check=True)
k.run(WORK + "weight = calloc (1000000, 4); slope = calloc (1000000, 4); work ();")
pairs = [(float(k.run("work ()").value), float(subprocess.run([source + ".out"], capture_output=True, check=True).stdout)) for _ in range(20)]
say("training in a cell, against a program", "%+.1f %%" % (100 * (statistics.median(a / b for a, b in pairs) - 1)), "+3 %")
k.end()

cells = int(os.environ.get("CELLS", "10000"))
k = Kernel()
tick, rounds, sizes = os.sysconf("SC_CLK_TCK"), [], []


def executor():
    """The process in which cells run. Its snapshots are children of it."""
    return next(p for p, (parent, name) in processes().items() if name == "nn-exec" and parent == k.process.pid)


def spent():
    """Seconds of processor time: the kernel's, the compiler's, the executor's."""
    total = 0
    for pid in k.process.pid, executor():
        with open("/proc/%d/stat" % pid) as file:
            total += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:15]))
    return total / tick


for tenth in range(10):
    before = spent()
    for i in range(cells // 10):
        k.run(ten_lines(tenth * cells // 10 + i))
    rounds.append(1000 * (spent() - before) / (cells // 10))
    sizes.append(memory((k.process.pid, executor())))
say("%d cells of ten lines: growth" % cells, "%.1f KB" % (1024 * (sizes[-1] - sizes[0]) / (cells * 9 // 10)), "64 KB a cell")
say("the last tenth of them, against the first", "%+.0f %%" % (100 * (rounds[-1] / rounds[0] - 1)), "+20 %")
print("processor time of a cell, tenth by tenth: " + " ".join("%.1f" % r for r in rounds) + " ms")
began = time.perf_counter()
k.end()
say("the end of such a session", "%.1f s" % (time.perf_counter() - began), "5 s, then Jupyter kills")
