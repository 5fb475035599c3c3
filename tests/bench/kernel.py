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
from harness import BUILD, ROOT, Kernel, median_ms, processes, ten_lines

# in processor time, which other work on the machine does not lengthen
FORK = """double took[21]; for (int i = 0; i < 21; i++) { const clock_t t = clock (); const pid_t p = fork (); if (!p) _exit (0);
took[i] = 1000.0 * (clock () - t) / CLOCKS_PER_SEC; waitpid (p, NULL, 0); }
for (int i = 0; i < 21; i++) printf ("%g ", took[i]);"""
# The same loops in a cell and in a program, in processor time: steps over weights that a snapshot shares. How fast such a loop is
# depends by up to a half on where in a line of the cache it lies, so it lies once in each eighth of a line, in both alike.
LOOP = """__attribute__ ((noinline, aligned (64))) static double work_%d (void)
{
    const clock_t began = clock ();
    __asm__ volatile (".p2align 6\\n.fill %d, 1, 0x90");
    for (int step = 0; step < 190; step++)
        for (int i = 0; i < 1000000; i++) {
            slope[i] = 0.9f * slope[i] + 0.1f * (weight[i] - 1);
            weight[i] -= 0.01f * slope[i];
        }
    return (double) (clock () - began) / CLOCKS_PER_SEC;
}
"""
LOOPS = "static float *weight, *slope;\n" + "".join(LOOP % (i, 8 * i) for i in range(8)) + (
    "static double work (void)\n{\n    memset (weight, 0, 4000000);\n    memset (slope, 0, 4000000);\n    double sum = 0;\n" +
    "".join("    sum += work_%d ();\n" % i for i in range(8)) + "    return sum;\n}\n")
LOOPS_BEGIN = "weight = calloc (1000000, 4); slope = calloc (1000000, 4); work ();"
# and what a cell is for: a training with the library, an epoch of the first network on pictures that are drawn
NET = """static nn_net *net;
static nn_data *pictures;
static double work (void)
{
    nn_history history = { 0 };
    const clock_t began = clock ();
    if (nn_train (net, pictures, &history, .epochs = 1) != 0) return -1;
    const double took = (double) (clock () - began) / CLOCKS_PER_SEC;
    nn_history_free (&history);
    return took;
}
"""
NET_BEGIN = """pictures = nn_shapes10 (2560, 3);
net = nn_net_new (.seed = 1);
nn_layer *x = nn_input (net, 32, 32, 3);
for (int filters = 32; filters <= 64; filters *= 2)
    x = nn_maxpool (net, nn_relu (net, nn_conv2d (net, x, .filters = filters)), .size = 2);
x = nn_relu (net, nn_dense (net, x, .units = 128));
nn_cross_entropy (net, nn_dense (net, x, .units = 10));
nn_net_build (net, .batch = 32); work ();"""


def say(what, figure, goal):
    print("%-46s %12s   goal %s" % (what, figure, goal), flush=True)


def memory(pids):
    """Of all of them together, in MB; what they share counts for each of them."""
    total = 0
    for pid in pids:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            total += int(next(line for line in file if line.startswith("Rss:")).split()[1])
    return total / 1024


def after_pause(cell, turns=21):
    """Milliseconds at the median of a cell that comes when the compiler for it has read its headers."""
    times = []
    for i in range(100, 100 + turns):
        time.sleep(0.2)
        times.append(median_ms(lambda _: k.run(cell(i)), 1))
    return statistics.median(times)


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
say("idle memory, without libclang", "%.0f MB" % memory(k.everybody() | {k.process.pid}), "80 MB")
say("ten lines", "%.1f ms" % median_ms(lambda i: k.run(ten_lines(i))), "40 ms")
say("the same after a pause, as a reader makes it", "%.1f ms" % after_pause(ten_lines), "40 ms")
k.end()
k = Kernel()
say("an expression", "%.1f ms" % median_ms(lambda i: k.run("%d + 1" % i)), "35 ms")
say("the same after a pause", "%.1f ms" % after_pause("{} + 1".format), "35 ms")
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



def beside_a_program(what, parts, begin, kernel, flags, headers=""):
    """The same functions in a cell and in a program, alternately."""
    k = Kernel(*kernel)
    source = os.path.join(k.home, "work.c")
    with open(source, "w") as file:
        file.write("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <time.h>\n" + headers + parts +
                   "int main (void)\n{\n" + begin + "\nprintf (\"%f\\n\", work ());\n}\n")
    subprocess.run(["gcc", "-O2", "-g", "-fopenmp", "-fPIC", source, "-o", source + ".out", *flags], check=True)
    k.run(parts + begin)
    pairs = [(float(k.run("work ()").value), float(subprocess.run([source + ".out"], capture_output=True, check=True).stdout)) for _ in range(20)]
    one, other = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
    say(what, "%+.1f %%" % (100 * (one / other - 1)), "+3 %")
    print("    (medians of 20: %.3f and %.3f s; the shortest: %.3f and %.3f)" % (one, other, *map(min, zip(*pairs))))
    k.end()


os.environ["OMP_NUM_THREADS"] = "1"
course = [os.path.join(ROOT, "chapters", "cells.h"), os.path.join(BUILD, "libcells.so"), os.path.join(ROOT, "lib"), os.path.join(ROOT, "kernel")]
beside_a_program("an epoch of training in a cell, against a program", NET, NET_BEGIN,
                 ["--prelude", course[0], "--library", course[1], "-I", course[2], "-I", course[3]],
                 ["-I" + course[2], "-L" + BUILD, "-lnn", "-Wl,-rpath," + BUILD, "-lm"], "#include \"nn.h\"\n")
beside_a_program("loops written in a cell, against a program", LOOPS, LOOPS_BEGIN, [], [])

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
