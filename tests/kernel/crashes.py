#!/usr/bin/python3
"""The crash matrix: each way to die, twenty times. Every round reads all that earlier cells have made, spoils it, and dies.

One cell is one round: it prints what it finds (so it judges the rollback of the round before), then writes over every
variable, the heap, the position in a file and a function, and crashes. At the end of the matrix there is the same number
of processes, descriptors, mappings and files as at its beginning.
"""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, check, done, gone, processes

ROUNDS = 20
SETUP = """#include <signal.h>
#include <pthread.h>
#include <cblas.h>
typedef struct { char name[16]; double *row; struct { int a, b; } in; } record;
int integer = 41; double real = 2.5; char text[] = "unharmed"; static long hidden = 7; int table[5] = { 1, 2, 3, 4, 5 };
record kept = { "kept", NULL, { 1, 2 } }; double *heap = malloc (800000); int *list[100];
for (int i = 0; i < 100000; i++) heap[i] = i;
for (int i = 0; i < 100; i++) { list[i] = malloc (64); *list[i] = i; }
kept.row = heap + 10;
FILE *numbers = tmpfile (); for (int i = 0; i < 1000; i++) fprintf (numbers, "%d\\n", i); rewind (numbers);
int twice (int v) { return 2 * v; }
int (*pointer) (int) = twice;
int by_value (const void *a, const void *b) { return *(const double *) a > *(const double *) b ? 1 : -1; }
void look (void) {
    double total = 0; long links = 0; int line = -1; const long at = ftell (numbers);
    if (fscanf (numbers, "%d", &line) != 1) line = -1;
    fseek (numbers, at, SEEK_SET);
#pragma omp parallel for reduction(+ : total)
    for (int i = 0; i < 100000; i++) total += heap[i];
    for (int i = 0; i < 100; i++) links += *list[i];
    printf ("%d %g %s %ld %d %s %g %d %g %ld %d %d %d\\n", integer, real, text, hidden, table[4], kept.name, kept.row[0], kept.in.b,
            total, links, line, twice (4), pointer (5));
}
void spoil (void) {
    integer = 0; real = 0; text[0] = 'X'; hidden = 0; table[4] = 0; kept.name[0] = 'X'; kept.in.b = 0; heap[3] = -1e9;
    for (int i = 0; i < 100; i++) { free (list[i]); list[i] = NULL; }
    int junk; for (int i = 0; i < 50; i++) if (fscanf (numbers, "%d", &junk) != 1) break;
    pointer = NULL; kept.row = NULL;
}
int deep (int v) { volatile char room[4096]; room[0] = v; return deep (v + 1) + room[0]; }
int dies (const void *a, const void *b) { *(volatile int *) 8 = 1; return a < b; }
void smash (const char *text) { char room[8]; strcpy (room, text); }
void dies_late (void) { *(volatile int *) 8 = 1; }
"""
WANTED = "41 2.5 unharmed 7 5 kept 10 2 4.99995e+09 4950 0 8 10\n"

# name, code, what the error must say, whether we interrupt it or kill it from outside
MATRIX = [
    ("NULL write", "*(volatile int *) 0 = 1;", ["SIGSEGV", "]:3: a null pointer was used", "    3 | *(volatile"], None),
    ("NULL read", "int got = *(volatile int *) 0;", ["SIGSEGV", "]:3: a null pointer was used"], None),
    ("stack overflow", "deep (1)", ["SIGSEGV", "the stack is full", "in deep"], None),
    ("a stack that is written over", "smash (\"this text is much too long for a room of eight letters\");", ["the stack of this function is overwritten", "in smash"], None),
    ("abort", "abort ();", ["SIGABRT", "]:3: abort () was called"], None),
    ("exit (0)", "exit (0);", ["exit (0) was called", "]:3"], None),
    ("exit (3)", "exit (3);", ["exit (3) was called", "]:3"], None),
    ("heap corruption", "volatile char *block = malloc (24), *second = malloc (24); for (int i = 24; i < 40; i++) block[i] = 0x41; free ((void *) second);",
     ["SIGABRT", "]:3: the memory allocator found", "double free or corruption", "__libc_free"], None),
    ("division by zero", "volatile int none = 0; integer = 5 / none;", ["SIGFPE", "]:3: a division by zero"], None),
    ("illegal instruction", "__builtin_trap ();", ["SIGILL", "]:3"], None),
    ("out of memory", "for (;;) { volatile char *more = malloc (64 << 20); *more = 1; }", ["SIGSEGV", "null pointer", "the memory is used up"], None),
    ("in an OpenMP worker", "#pragma omp parallel num_threads(2)\n{ if (omp_get_thread_num () == 1) *(volatile int *) 8 = 1; }",
     ["SIGSEGV", "]:4: a null pointer"], None),
    ("in dgemm", "cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, 300, 300, 300, 1, heap, 300, heap, 300, 0, (double *) 4096, 300);",
     ["SIGSEGV", "0x1"], None),
    ("in a callback of qsort", "qsort (heap, 1000, sizeof *heap, dies);", ["SIGSEGV", "null pointer", "in dies"], None),
    ("in atexit", "atexit (dies_late);\nexit (0);", ["SIGSEGV", "null pointer", "in dies_late", "]:4"], None),
    ("kill -9 from outside", "for (;;) pause ();", ["Signal", "SIGKILL"], "kill"),
    ("a deadlock", "pthread_mutex_t both = PTHREAD_MUTEX_INITIALIZER; pthread_mutex_lock (&both); pthread_mutex_lock (&both);",
     ["Interrupt", "as it was before the cell"], "interrupt"),
    ("children without end", "for (int i = 0; i < 65; i++) if (fork () == 0) for (;;) pause ();\nfor (;;) pause ();",
     ["ProcessLimit", "64 processes", "as it was before the cell"], None),
]


def executor(k):
    return next(p for p, (parent, name) in processes().items() if parent == k.process.pid and name == "nn-exec")


def count_descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def from_outside(k, how):
    """What somebody does to the cell that now runs."""
    k.until_said("busy")
    if how == "kill":
        os.kill(executor(k), signal.SIGKILL)
    else:
        k.control("interrupt_request")
        k.control("interrupt_request")  # the second one does not wait


k = Kernel("--memory", "1000", "--processes", "64")
r = k.run("#pragma cling load(\"libopenblas.so.0\")\n" + SETUP)
check(r.status == "ok", "the state is made", r.error)
good = k.run("look ();")
check(good.stream() == WANTED, "the state before any crash", good.stream())
before = (len(k.at_work()), count_descriptors(k.process.pid), count_descriptors(executor(k)), k.files())
began = time.time()
wrong = 0
for name, code, words, outside in MATRIX:
    bad = []
    for turn in range(ROUNDS):
        message = k.send("look (); int newborn_%d = 1;\nspoil ();%s\n%s" % (turn, " puts (\"busy\");" if outside else "", code))
        if outside:
            from_outside(k, outside)
        r = k.collect(message)
        said = r.stream().replace("busy\n", "")
        if r.status != "error" or len(r.of("error")) != 1 or said != WANTED or not all(word in r.error for word in words):
            bad.append((turn, said if said != WANTED else "", r.error))
    wrong += len(bad)
    check(not bad, "%s: %d rounds" % (name, ROUNDS), "%d wrong: %s" % (len(bad), bad[:2]))
r = k.run("look ();")
check(r.stream() == WANTED, "the state after all of them", r.stream())
after = (len(k.at_work()), count_descriptors(k.process.pid), count_descriptors(executor(k)), k.files())
check(before == after, "as many processes and descriptors as before, and the same files: %s" % (after,), "%s, then %s" % (before, after))
check(wrong == 0, "%d crashes in %.1f s, 0 wrong" % (ROUNDS * len(MATRIX), time.time() - began), wrong)
family = k.everybody()
check(k.end() == [] and gone(family), "nothing is left behind")
done()
