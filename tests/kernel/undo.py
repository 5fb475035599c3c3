#!/usr/bin/python3
"""%undo: what it brings back, how far, after what, and what it says that it cannot bring back."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, check, done, gone

MOST = 10  # NNK_UNDO
k = Kernel()


def undone(magic, name, code, wanted, left=None):
    r = k.run(magic)
    seen = k.run(code)
    check(r.status == "ok" and seen.value == wanted and (left is None or "%d more can be undone" % left in r.stream()), name,
          "%s %s %s %s" % (r.error, r.stream(), seen.value, seen.error))
    k.run("%undo")  # the look itself
    return r


# -- one cell after the other
k.run("int a = 0; int f (void) { return 0; }\nint (*stored) (void) = f;")
for i in range(1, 5):
    k.run("a = %d; int f (void) { return %d; }" % (i, i))
r = undone("%undo", "one step: variables, functions and stored pointers", "100 * a + 10 * f () + stored ()", "333", left=4)
check("what was written to files, shown, or done by other programs stays" in r.stream() and "before cell[5]" in r.stream(),
      "it says which cell it was, and what stays", r.stream())
undone("%undo", "a second one behind it", "100 * a + 10 * f () + stored ()", "222", left=3)
undone("%undo 2", "two at once", "100 * a + 10 * f () + stored ()", "0", left=1)
undone("%undo", "up to the first cell", "int a = 7;\na", "7", left=0)
r = k.run("%undo")
check(r.status == "error" and r.reply["content"]["ename"] == "UndoError" and "0 cells can be undone" in r.error, "and no further", r.error)
for words, said in ("x", "'x' is no number of cells"), ("0", "is no number"), ("-1", "is no number"), ("2 3", "is no number"), ("999999999999", "can be undone"):
    r = k.run("%undo " + words)
    check(r.status == "error" and said in r.error, "%undo " + words, r.error or r.stream())

# -- what kinds of cells come before it
k.run("int x = 1;")
k.run("x = 2; int u2 = 5; typedef int number; \n#define THREE 3\nenum { FOUR = 4 };")
r = k.run("abort ();")
undone("%undo", "after a crash: the cell before the crash", "x", "1")
for word in "u2", "(number) 1", "THREE", "FOUR":
    check("undeclared" in (k.run(word).error or "") or "expected" in (k.run(word).error or ""), "what it defined is not known: " + word)
k.run("x = 2;")
k.run("no such thing")
k.run("%nosuch")
undone("%undo", "cells that were not compiled are no step", "x", "1")
k.run("x = 2;")
k.run("x = 3;", silent=True)
k.run("", user_expressions={"x": "x++"})
undone("%undo", "silent cells and expressions go with the cell before", "x", "1")
k.run("double x = 2.5; struct s { int a; } s = { 1 };")
k.run("struct s { double b, c; };\nint x = 9;")
undone("%undo", "after types have changed", "x + s.a", "3.5")
k.run("%undo")
check(k.run("x").value == "1", "the variable of the other type is back", k.run("x").value)
message = k.send('x = 0; puts ("here"); for (;;) *(volatile int *) &x = 5;')
k.until_said("here")
k.control("interrupt_request")
check("is kept" in k.collect(message).error and k.run("x > 1").value == "1", "an interrupted cell keeps what it did")
k.run("%undo")
undone("%undo", "and can be undone", "x", "1")
k.run("x = 5;")
k.run("%%timeit -n 1 -r 1\nx++;")
undone("%undo 2", "a magic that runs code is one step", "x", "1")
k.run("%%stdin 41\nscanf (\"%d\", &x);")
undone("%undo", "so is one that is given its input", "x", "1")

# -- open files, memory, threads
path = os.path.join(k.home, "numbers.txt")
k.run('FILE *out = fopen ("%s", "w+"); for (int i = 0; i < 100; i++) fprintf (out, "%%d\\n", i); rewind (out); int n; fscanf (out, "%%d", &n);' % path)
k.run('for (int i = 0; i < 50; i++) fscanf (out, "%d", &n);')
k.run("fclose (out);")
undone("%undo 2", "a file is open again, at its old place", 'fscanf (out, "%d", &n);\nn', "1")
k.run('fclose (out); FILE *second = fopen ("%s", "r");' % path)
files = len(os.listdir("/proc/%d/fd" % list(k.at_work())[0]))
k.run("%undo")
check(len(os.listdir("/proc/%d/fd" % list(k.at_work())[0])) == files, "what was opened since is closed, what was closed is open")
k.run('fseek (out, 0, SEEK_END); fputs ("end\\n", out); fflush (out);')
k.run("%undo")
with open(path) as file:
    check(file.read().endswith("end\n"), "what was written stays, as it says")
k.run("long *many = calloc (1 << 20, 8); double total;\n#pragma omp parallel for\nfor (int i = 0; i < 1 << 20; i++) many[i] = i;")
k.run("free (many); many = NULL;")
undone("%undo", "memory is back", "total = 0;\n#pragma omp parallel for reduction(+ : total)\nfor (int i = 0; i < 1 << 20; i++) total += many[i];\ntotal", "549755289600.0")
k.run('FILE *cat = popen ("cat", "w"); fputs ("through cat\\n", cat);')
k.run("fflush (cat);")
began = time.time()
r = k.run("pclose (cat)")
check(r.value == "0" and time.time() - began < 10, "a pipe of an earlier cell can be closed, though snapshots hold it", r.error)

# -- displays
k.run('nnk_display_as ("shown", "text/plain", "one", 0);')
k.run('nnk_update ("shown", "text/plain", "two", 0);')
k.run("%undo 2")
r = k.run('nnk_update ("shown", "text/plain", "three", 0);')
check(r.of("update_display_data")[0]["transient"] == {"display_id": "shown"}, "a display's name is known to the front end, not to the kernel")

# -- how far, and what it takes
for i in range(3 * MOST):
    k.run("x = %d;" % i)
check(len(k.family()) == MOST + 1, "so many snapshots stand", k.family())
r = k.run("%%undo %d" % (MOST + 1))
check("only %d cells can be undone now" % MOST in (r.error or "") and k.run("x").value == str(3 * MOST - 1), "further is refused, and nothing changes", r.error)
k.run("%undo")
check(k.run("%%undo %d" % (MOST - 1)).status == "ok", "so far it goes")
check(k.run("x").value == str(2 * MOST), "and there it is right", k.run("x").value)
for turn in range(3):
    for i in range(MOST):
        k.run("x = %d;" % i)
    r = k.run("%undo 5\nx")
    check(r.value == str(MOST - 6), "again and again, with a cell below it", r.error or r.value)
    k.run("abort ();")
k.run("abort ();")
check(len(k.family()) <= MOST + 2 and len(k.at_work()) == 1, "nothing piles up", k.family())

# -- a snapshot that the system has ended
k.run("x = 1;")
k.run("x = 2;")
scores = {}
for p in k.family() - k.at_work():
    with open("/proc/%d/oom_score_adj" % p) as file:
        scores[p] = int(file.read())
check(sorted(scores.values())[0] < 900 and sorted(scores.values())[1:] == [1000] * (len(scores) - 1),
      "should memory run out, the system takes those for %undo first", scores)
for p in [p for p, score in scores.items() if score == 1000]:
    os.kill(p, signal.SIGKILL)
gone(scores, 0.5)
r = k.run("%undo 2")
check(r.status == "error" and "given up when memory ran out" in r.error, "one that is gone is named", r.error)
check(k.run("#include <sys/wait.h>\nint pid = fork ();\nif (pid == 0) _exit (7);\nint how, who = wait (&how);\nwho == pid && WEXITSTATUS (how) == 7").value == "1",
      "and no cell waits for it by mistake")
k.run("%undo")
check(k.run("x").value == "2", "the newest is still there", k.run("x").value)
check(k.end() == [], "nothing is left behind")

# -- %%sanitize has a session of its own: it takes none of the steps
k = Kernel()
k.run("int x = 1;")
k.run("x = 2;")
k.run("x = 3;")
k.run("abort ();")
r = k.run("%%sanitize\nint *p = malloc (4); p[0] = x; p[0]")
check(r.value == "3", "%%sanitize between", r.error)
undone("%undo", "and %undo behind it", "x", "2")
left = k.end()
check(left == [], "nothing is left behind at the end", left)
done()
