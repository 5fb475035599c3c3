#!/usr/bin/python3
"""The compiler that waits for the next cell: a cell gives what one that begins with the cell gives, and whatever befalls the
one that waits costs time and a line in the log, nothing else.
"""
import os
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, Stalls, check, descendants, done, gone, processes

PLAIN = {"NNK_COLD": "1"}  # every cell by a compiler of its own


def waiting(k, seconds=20):
    """The compiler that waits, once it has read the headers: command -> pid. It sleeps then in its read of the pipe."""
    end = time.time() + seconds
    while time.time() < end:
        found = {name: p for p, name in k.compiler().items()}
        try:
            with open("/proc/%d/syscall" % found["cc1"]) as file, open("/proc/%d/stat" % found["cc1"]) as stat:
                number, descriptor = file.read().split()[:2]
                if number == "0" and os.readlink("/proc/%d/fd/%d" % (found["cc1"], int(descriptor, 16))).startswith("pipe:"):
                    return found
        except (KeyError, OSError, ValueError):
            pass
        time.sleep(0.02)
    return {}


def seen(result):
    """All that a cell has sent, without what differs by the clock."""
    return str([(m["msg_type"], m["content"]) for m in result.messages if m["msg_type"] not in ("status", "execute_input")])


# -- every kind of message is the same, whoever compiles
HEADER = """static int twice (int a) { int unused; return 2 * a }
#define BROKEN(x) (x + )
"""
CELLS = [
    "int f (int a) { return a + ; }",
    "int g (int a) { int unused; if (a = 1) return a; }",
    "undeclared + 1",
    "unknown_function (3)",
    "int three (void) { return 3; }\nthree (4)",
    "char *s = 5;\nint *p = \"text\";",
    "#include \"missing.h\"",
    "#include \"broken.h\"\ntwice (2)",
    "#define PAIR(a, b) ((a) + (b)\nPAIR (1, 2)",
    "#if 1\nint open_condition = 1;",
    "#error this is said",
    "#warning this is said too\n1",
    "struct point { int x, y; };\nstruct point p = { 1, 2, 3 };\np.z",
    "printf (\"%s\\n\", 3);",
    "__asm__ (\"bogus %eax\");",
    "__asm__ (\".error \\\"said by as\\\"\");",
    "#define OPEN {\nvoid never_closed (void) OPEN",
    "_Pragma (\"GCC warning \\\"a pragma\\\"\") 1",
    "#pragma once\n2",
    "#pragma GCC system_header\n3",
    "#include_next <stdio.h>\n4",
    "for (int i = 0; i < 3; i++);\n    printf (\"misleading\");",
    "goto nowhere;",
    "enum { A, B } e = A;\nswitch (e) { case A: break; }",
    "int v[] = { 1, 2, 3 };\n_Static_assert (sizeof v == 4, \"three of them\");",
    "const int fixed = 3;\nfixed = 4;",
    "int array[2] = { 0 };\narray[5]",
    "double half (double x) { return x / 2; }\nhalf (\"a\")",
    "half (1, 2)",
    "(struct { int a; double b; }) { __LINE__, __COUNTER__ }",
    "__FILE__",
    "__INCLUDE_LEVEL__",
    "__BASE_FILE__[0]",
    "void h (void) { h2 (); }\nint h2 (int);",
    "\"\\q\"",
    "u8\"\xc3\xa4\xc3\xb6\" \"\xe2\x82\xac\"",
    "int \xc3\xa4 = 3;\n\xc3\xa4 + missing_\xc3\xa4",
    "//%cflags:-Wextra\nint unsigned_compare (unsigned a) { return a < 0; }",
    "%%sanitize\n1 + 1",
    "1 / 0",
    "int *null = 0;\n*null",
    "struct { int a : 3; } bits = { 1 };\nbits.a",
]


def answers(environment):
    k = Kernel(environment=environment)
    with open(os.path.join(k.home, "broken.h"), "w") as file:
        file.write(HEADER)
    given = [seen(k.run(code)).replace(k.home, "HOME") for code in CELLS]
    return given, k.end()


plain, left_plain = answers(PLAIN)
quick, left_quick = answers({})
for code, one, other in zip(CELLS, plain, quick):
    check(one == other, "the same messages for: %s" % code.splitlines()[0], "%s\ninstead of\n%s" % (other, one))
check("nnk_cell" not in str(quick) and "next_" not in str(quick), "no message names the files of the compiler that waits", quick)
check(left_plain == left_quick == [], "nothing is left behind", left_plain + left_quick)

# -- one waits while nothing is to be done, and the next cell is its
k = Kernel()
k.run("int x = 1;")
first = waiting(k)
check(sorted(first) == ["as", "cc1", "gcc"] and len(k.compiler()) == 3, "one compiler waits", k.compiler())
r = k.run("x + 1")
check(r.value == "2" and set(k.compiler()).isdisjoint(first.values()) and gone(first.values(), 2), "a cell takes it", k.compiler())
second = waiting(k)
check(len(second) == 3, "and another waits", k.compiler())
r = k.run("//%cflags:-DGIVEN=5\nGIVEN + x")
check(r.value == "6" and waiting(k) == second, "a cell with flags of its own leaves it alone", r.value or r.error)
r = k.run('x = 7; char *null = 0;\n*null')
third = waiting(k)
check(r.status == "error" and k.run("x").value == "1" and third not in ({}, second), "a crash does not take the next one along", third)
r = k.run("strlen (\"" + "long " * 400000 + "\")")
check(r.value == "2000000", "a text that no pipe holds", r.value or r.error)
os.mkdir(os.path.join(k.home, "later"))
with open(os.path.join(k.home, "later", "later.h"), "w") as file:
    file.write("enum { LATER = 11 };\n")
r = k.run('#pragma cling add_include_path("%s/later")\n#include "later.h"\nLATER' % k.home)
with open("/proc/%d/cmdline" % waiting(k)["cc1"]) as file:
    told = file.read().split("\0")
check(r.value == "11" and any(word.endswith("/later") for word in told), "from a pragma on it has the new flag", r.value or told)
check("compiler" not in k.log(), "nothing was wrong with it so far", k.log())

# -- whatever befalls it
def descriptors(kernel):
    """How many the executor and its snapshots have."""
    table = processes()
    return sorted(len(os.listdir("/proc/%d/fd" % p)) for p in kernel.everybody() if table.get(p, (0, ""))[1].startswith("nn-"))


cold = Kernel(environment=PLAIN)
check(not cold.compiler(), "NNK_COLD=1: none waits", cold.compiler())
warm = Kernel()
for one in (cold, warm):
    one.run("1;")
    one.run("*(char *) 0 = 1;")
check(descriptors(cold) == descriptors(warm), "no cell, no snapshot inherits a descriptor of it", (descriptors(cold), descriptors(warm)))
check(cold.end() == warm.end() == [], "nothing is left behind")
for who in ("cc1", "as", "gcc"):
    os.kill(waiting(k)[who], signal.SIGKILL)
    time.sleep(0.1)
    r = k.run("x + 2")
    check(r.value == "3" and "waits for the next cell has ended" in k.log(), "%s is killed while it waits: the cell runs, the log tells" % who, r.error or k.log())
    check(k.run("x + 3").value == "4" and len(waiting(k)) == 3, "and the next cell has one again", k.compiler())
busy = waiting(k)
message = k.send("".join("int long_%d (int v) { for (int i = 0; i < v; i++) v ^= i * %d; return v; }\n" % (i, i) for i in range(2000)))
k.receive(k.iopub)
time.sleep(0.3)
stalls, began = Stalls(), time.time()
k.control("interrupt_request")
r = k.collect(message)
took = time.time() - began - stalls.ask() # not what the machine stood still
check(r.status == "error" and "while the cell was compiled" in r.error and took < 1 and gone(busy.values(), 2),
      "an interrupt ends it at work, with all that it has started", (r.error, took, k.compiler()))
check(k.run("x + 5").value == "6", "and the next cell is compiled", k.log())
silent = k.log()
for turn in range(3):
    os.kill(waiting(k)["gcc"], signal.SIGKILL)
    time.sleep(0.1)
    r = k.run("x + 6")
check(r.value == "7" and "from now on" in k.log() and not k.compiler(), "three in a row: no other is started, and that is said", k.log())
check(k.run("x + 8").value == "9", "cells go on without", k.log())
left = k.end()
check(left == [], "nothing is left behind", left)

# -- a kernel that is killed; a folder for headers that comes into being
place = os.path.join(tempfile.mkdtemp(), "headers")
k = Kernel("-I", place)
check(k.run("1 + 1").value == "2" and not k.compiler(), "gcc asks once for a folder of headers, so none waits while one is missing", k.compiler())
os.makedirs(place)
with open(os.path.join(place, "new.h"), "w") as file:
    file.write("enum { NEW = 12 };\n")
r = k.run("#include <new.h>\nNEW")
check(r.value == "12" and len(waiting(k)) == 3, "when it is there, its headers are found and one waits", r.error)
everybody = k.everybody()
k.process.kill()
k.process.wait()
shutil.rmtree(os.path.dirname(place))
check(gone(everybody, 5), "it ends with a kernel that is killed", {p: processes().get(p) for p in everybody})
check(not os.listdir(k.tmp), "and leaves no file", os.listdir(k.tmp))
done()
