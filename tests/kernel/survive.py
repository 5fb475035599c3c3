#!/usr/bin/python3
"""What a cell cannot break: every way to crash costs only the cell, an interrupt keeps what can be kept, nothing is left behind."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, Stalls, check, done, gone, processes

stalls = Stalls()
k = Kernel("--memory", "600")
k.run('int x = 1; double *w = malloc (80000); for (int i = 0; i < 10000; i++) w[i] = i;\n'
      'FILE *numbers = tmpfile (); for (int i = 0; i < 1000; i++) fprintf (numbers, "%d\\n", i); rewind (numbers);\n'
      'int f (int v) { return v + 1; }')
probe = ('x++; int line; fscanf (numbers, "%d", &line); double total = 0;\n'
         '#pragma omp parallel for reduction(+ : total)\nfor (int i = 0; i < 10000; i++) total += w[i];\n'
         'printf ("%d %d %g %d\\n", x, line, total, f (1));')
turns = 0


def intact(name):
    """The state is as it was after the last good cell: variables, heap, file position, functions, OpenMP."""
    global turns
    r = k.run(probe)
    turns += 1
    wanted = "%d %d 4.9995e+07 2\n" % (turns + 1, turns - 1)
    return check(r.status == "ok" and r.stream() == wanted, name, "%r, wanted %r, %s" % (r.stream(), wanted, r.error))


intact("before any crash")
spoil = "x = 1000; w[5] = -1; int f (int v) { return 99; }\nint junk; for (int i = 0; i < 50; i++) fscanf (numbers, \"%d\", &junk);\n"
crashes = [
    ("null pointer", "int *p = 0;\n*p = 1;", ["SIGSEGV", "]:4: a null pointer was used (address 0x0)", "    4 | *p = 1;"]),
    ("wild pointer", "*(volatile int *) 0x7000dead0000 = 1;", ["SIGSEGV", "]:3: a pointer to memory that is not there", "0x7000dead0000"]),
    ("constant", "*(char *) \"constant\" = 1;", ["SIGSEGV", "may not be written"]),
    ("division", "int none = 0;\nx / none", ["SIGFPE", "]:4: a division by zero"]),
    ("abort", "abort ();", ["SIGABRT", "]:3: abort () was called"]),
    ("assert", "assert (x == 3);", ["SIGABRT", "]:3: Assertion 'x == 3' failed"]),
    ("exit", "exit (3);", ["exit (3) was called", "]:3"]),
    ("_exit", "_exit (4);", ["status 4"]),
    ("stack overflow", "int deep (int v) { volatile char b[4096]; b[0] = v; return deep (v + 1) + b[0]; }\ndeep (1)",
     ["SIGSEGV", "the stack is full", "in deep", "times"]),
    ("a call through a null pointer", "void (*nowhere) (void) = 0;\nnowhere ();", ["SIGSEGV", "]:4: a function was called through a null pointer"]),
    ("in a thread of OpenMP", "#pragma omp parallel num_threads(2)\n{ if (omp_get_thread_num () == 1) *(volatile int *) 8 = 1; }",
     ["SIGSEGV", "null pointer", "]:4"]),
    ("heap corruption", "char *volatile h = malloc (16); for (int i = -16; i < 32; i++) h[i] = 0x55; free (h);", ["SIG"]),
    ("in the C library", "strlen ((char *) 8);\nputs ((char *) 8);", ["SIGSEGV", "]:"]),
    ("a stack that is written over", "void smash (const char *t) {\n    char room[8];\n    strcpy (room, t);\n}\nsmash (\"this text is much too long for a room of eight letters, by far\");",
     ["]:6: the stack of this function is overwritten: it has written beyond the end of a local array", "in smash"]),
    ("one without a guard", "//%cflags: -fno-stack-protector\nvoid smash (const char *t) { char room[8]; strcpy (room, t); }\n"
     "smash (\"this text is much too long for a room of eight letters, by far\");", ["SIGSEGV", "]:4: the stack of this function is overwritten", "in smash"]),
    ("one that leads to nowhere", "//%cflags: -fno-stack-protector\nvoid smash (long *room) { for (int i = 0; i < 9; i++) room[i] = 0x77; }\n"
     "int led (void) { long room[1]; smash (room); return room[0] > 0; }\nled ()", ["SIGSEGV", "where none is (0x77)", "a local array"]),
    ("nnk_raise", "nnk_raise (\"the window is larger than the picture\");", ["]:3: the window is larger than the picture"]),
    ("in a function of another cell", "int inner (int *p) {\n    return *p;\n}\nint outer (void) { return inner (NULL) + 1; }\nouter ()",
     ["]:4: a null pointer", "in inner", "in outer"]),
    ("memory", "for (;;) { char *m = malloc (1 << 24); memset (m, 1, 1 << 24); }", ["null pointer", "memory is used up"]),
    ("SIGKILL", "kill (getpid (), 9);", ["SIGKILL"]),
    ("an endless fork", "if (fork () == 0) for (;;) pause ();\nabort ();", ["SIGABRT"]),
]
k.run("#include <signal.h>")
for name, code, words in crashes:
    r = k.run(spoil + code)
    errors = r.of("error")
    check(r.status == "error" and len(errors) == 1 and all(w in r.error for w in words) and "nnk_run" not in r.error,
          "crash: " + name, r.error)
    intact("intact after: " + name)
check(len(k.at_work()) == 1 and len(k.family()) <= 11, "only the executor and its snapshots are there", {p: processes().get(p) for p in k.family()})
r = k.run('puts ("said before"); fprintf (stderr, "and this\\n"); printf ("and half a line"); abort ();')
check(r.stream() == "said before\nand half a line" and r.stream("stderr") == "and this\n", "nothing printed is lost in a crash", r.messages)
PIPE = 'FILE *pipe = popen ("true", "r"); pclose (pipe); abort ();'
r = k.run(PIPE)
check("abort () was called" in r.error, "crash: behind a pipe that was opened and closed", r.error)
intact("intact after a pipe")
with open(os.path.join(k.home, "kept"), "w") as file:
    file.write("42 43")
k.run('int number; FILE *kept = fopen ("%s", "r");' % file.name)
k.run("fclose (kept); " + PIPE)  # its pipe has the number of the file
r = k.run('fscanf (kept, "%d", &number); number')
check(r.value == "42", "a pipe in a cell that crashes closes no file of the cells before", r.value or r.error)
k.run("fclose (kept);")
r = k.run("int newborn = 1; abort ();")
r = k.run("newborn")
check("undeclared" in (r.error or ""), "what a crashed cell defined is not known", r.error)

# -- interrupt


def interrupted(code, name, kept=None, send=None, within=4):
    message = k.send('puts ("begun");\n' + code)
    k.until_said("begun")
    time.sleep(0.1)
    began = time.time()
    stalls.ask()
    (send or (lambda: k.control("interrupt_request")))()
    r = k.collect(message)
    took = time.time() - began - stalls.ask() # not what the machine stood still
    good = r.status == "error" and r.reply["content"]["ename"] == "Interrupt" and took < within
    if kept is not None:
        good = good and ("is kept" in r.error) == kept
    return check(good, name, "%.2f s, %s %s" % (took, r.error, k.log()))


k.run("volatile long turns = 0;")
interrupted("for (;;) turns++;", "interrupt: a loop", None)
interrupted("turns = 0; for (long i = 0;; i++) turns = i;", "interrupt: a loop keeps what it did", True, within=1)
check(int(k.run("turns").value) > 1000, "the variable holds what the loop counted")
interrupted("for (;;) printf (\"%ld\\n\", turns++);", "interrupt: in printf", True, within=1.5)
interrupted("double total = 0;\nfor (;;) {\n#pragma omp parallel for reduction(+ : total)\nfor (int i = 0; i < 100000; i++) total += i;\n}",
            "interrupt: in OpenMP", None)
interrupted("for (;;) sleep (100);", "interrupt: in sleep", True, within=1.5)
interrupted("int by (const void *a, const void *b) { return *(int *) a - *(int *) b; }\nint *many = malloc (4000000); for (;;) {\n"
            "for (int i = 0; i < 1000000; i++) many[i] = rand (); qsort (many, 1000000, sizeof (int), by); }", "interrupt: in a callback of qsort", None)
interrupted("for (;;) system (\"sleep 100\");", "interrupt: in a child", None, within=6)
interrupted("sigset_t all; sigfillset (&all); sigprocmask (SIG_BLOCK, &all, NULL); for (;;);", "interrupt: refused, so rolled back", False, within=5)
interrupted("for (volatile int i = 0;; i++);", "interrupt: by SIGINT", True, lambda: k.process.send_signal(signal.SIGINT), within=1)
message = k.send("for (;;);")
time.sleep(0.3)
k.control("interrupt_request")
first, second = k.collect(message), k.run("1 + 1")
check(first.status == "error" and second.value == "2", "the next cell runs after an interrupt", second.error)
k.control("interrupt_request")
check(k.run("2 + 2").value == "4", "an interrupt without a cell does nothing")
intact("intact after all interrupts")

# -- life and death
family = k.everybody()
check(k.end() == [], "shutdown leaves nothing behind")

for doing, code in (("a loop", "for (;;);"), ("waiting for input", "getchar ();"), ("printing", "for (;;) puts (\"x\");"),
                    ("a child", "system (\"sleep 1000\");")):
    k = Kernel()
    k.send(code)
    time.sleep(0.4)
    began = time.time()
    left = k.end()
    check(left == [] and time.time() - began < 8, "shutdown during " + doing, "%s, %.1f s" % (left, time.time() - began))

for how in (signal.SIGTERM, signal.SIGKILL):
    k = Kernel()
    k.run("if (fork () == 0) for (;;) pause ();\nint running = 1;")
    family, everybody = k.family(), k.everybody()
    check(len(family) == 3 and len(k.at_work()) == 2, "%s: the executor, its snapshot and the cell's child are there" % how.name, family)
    k.process.send_signal(how)
    k.process.wait(10)
    check(gone(everybody, 5), "%s ends them too" % how.name, {p: processes().get(p) for p in family})
    time.sleep(0.2)
    check(not os.listdir(k.tmp), "%s leaves no file" % how.name, os.listdir(k.tmp))

# a parent that dies takes its kernel with it: sh starts the kernel and is killed
k = Kernel(wrap=("/usr/bin/python3", "-c", "import subprocess, sys; subprocess.run (sys.argv[1:])"))
k.run("int q = 1;")
family = k.everybody()
k.process.kill()
k.process.wait()
check(gone(family, 5), "when the parent dies the kernel ends", {p: processes().get(p) for p in family})
check(not os.listdir(k.tmp), "and leaves no file", os.listdir(k.tmp))

k = Kernel()
k.run("int idle = 1;")
k.run("idle = 2;")
os.kill(list(k.at_work())[0], signal.SIGKILL)
time.sleep(0.3)
r = k.run("idle = 3;")
check(r.status == "error" and "as it was before cell[2]" in r.error, "an executor that is killed while idle costs the last cell", r.error)
check(k.run("idle").value == "1", "and nothing else", k.run("idle").error)
for p in k.family():
    os.kill(p, signal.SIGKILL)
time.sleep(0.3)
r = k.run("idle")
check(r.status == "error" and "lost with every variable" in r.error, "all its snapshots killed as well: that is said", r.error)
check(k.run("3 * 3").value == "9" and k.run("idle").status == "error", "and a new executor runs", k.log())
check(k.end() == [], "nothing is left behind at the end")
done()
