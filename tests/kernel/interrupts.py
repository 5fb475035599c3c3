#!/usr/bin/python3
"""The interrupt matrix: a hundred rounds in each place where a cell may stand when it is interrupted.

Each round prints what the rounds before have kept, counts itself, goes where it is to hang, and is interrupted after a
random moment. It must end within a second as an interrupt that keeps what was done; the heap, the locks of the C library,
OpenMP and BLAS must work in the next round. What the machine itself stood still meanwhile is not counted.
"""
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, Stalls, check, done, gone

ROUNDS, WITHIN = 100, 1.0
SETUP = """#include <cblas.h>
#include <poll.h>
int rounds = 0; double total; int ends[2]; int given = pipe (ends); char *text = malloc (100); void *volatile kept[64];
int many[20000]; float a[40000], b[40000], c[40000];
int by_value (const void *a, const void *b) { return *(const int *) a - *(const int *) b; }
int begin (void) {
    char *fresh = malloc (1000 + rounds % 7 * 100000); snprintf (text, 100, "%d %p", rounds, (void *) fresh); free (fresh);
    total = 0;
#pragma omp parallel for reduction(+ : total)
    for (int i = 0; i < 1000; i++) total += i;
    printf ("%d %g\\n", rounds, total);
    return ++rounds;
}
"""
PLACES = [
    ("printf", "for (long i = 0;; i++) printf (\"%ld %g\\n\", i, i / 7.0);"),
    ("malloc", "for (int i = 0;; i = (i + 1) % 64) { void *old = kept[i]; kept[i] = NULL; free (old); kept[i] = malloc (i % 3 ? 24 * i + 1 : 300000); }"),
    ("OpenMP", "for (;;) {\n#pragma omp parallel for\nfor (int i = 0; i < 20000; i++) many[i] = many[i] * 3 + i; }"),
    ("BLAS", "for (;;) cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, 200, 200, 200, 1, a, 200, b, 200, 0, c, 200);"),
    ("sleep", "sleep (1000);"),
    ("a blocking read", "char byte; for (;;) if (read (ends[0], &byte, 1) > 0) break;"),
    ("waiting for gnuplot", "FILE *plot = popen (\"gnuplot\", \"w\"); fputs (\"pause 1000\\n\", plot); pclose (plot);"),
    ("a tight loop", "for (volatile long i = 0;; i++);"),
    ("a callback of qsort", "for (;;) { for (int i = 0; i < 20000; i++) many[i] = rand (); qsort (many, 20000, sizeof (int), by_value); }"),
]

random.seed(1)
stalls = Stalls()
k = Kernel()
r = k.run("#pragma cling load(\"libopenblas.so.0\")\n" + SETUP)
check(r.status == "ok", "the state is made", r.error)
began, number, slowest, hangs = time.time(), 0, 0, 0
for name, code in PLACES:
    bad, times = [], []
    for turn in range(ROUNDS):
        message = k.send("begin (); puts (\"busy\");\n" + code)
        k.until_said("busy")
        time.sleep(random.uniform(0, 0.012))
        sent = time.time()
        stalls.ask()
        k.control("interrupt_request")
        r = k.collect(message)
        times.append(time.time() - sent - stalls.ask())
        if not (r.status == "error" and r.stream().startswith("%d 499500\nbusy\n" % number) and times[-1] < WITHIN
                and r.reply["content"]["ename"] == "Interrupt" and "is kept" in r.error):
            bad.append((turn, round(times[-1], 3), r.stream()[:40], r.error))
        number += 1
    times.sort()
    slowest = max(slowest, times[-1])
    check(not bad, "in %s: %d rounds, median %.0f ms, longest %.0f ms" % (name, ROUNDS, 1000 * times[ROUNDS // 2], 1000 * times[-1]),
          "%d wrong: %s" % (len(bad), bad[:2]))
r = k.run("rounds")
check(r.value == str(number), "what %d interrupted cells have counted is there" % number, r.value or r.error)
check(len(k.at_work()) <= 3, "no child of theirs is left", k.at_work())
print("%d interrupts in %.1f s, the longest took %.2f s" % (number, time.time() - began, slowest))
family = k.everybody()
check(k.end() == [] and gone(family), "nothing is left behind")
done()
