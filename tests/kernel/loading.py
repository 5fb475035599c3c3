#!/usr/bin/python3
"""What a cell is compiled after, and how its object is loaded: both are the kernel's own doing, so each of their cases is here."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, check, done

os.environ.pop("OMP_WAIT_POLICY", None)

# -- what is chosen is enough, also where a word alone does not say it
k = Kernel()
with open(os.path.join(k.home, "own.h"), "w") as file:
    file.write("typedef real pair[2];\nstatic inline real first (pair m) { return m[0] * SCALE; }\n"
               "#ifndef SIZE\n#define SIZE 7\n#endif\n")
for code, value, why in (
        ("typedef float real;\n#define SCALE 3\n#define SIZE 5", None, "a header may need them"),
        ('#include "own.h"', None, "a header that uses what a cell has declared"),
        ("pair m = { 2, 1 }; first (m)", "6.0", "its names and its functions"),
        ("SIZE", "5", "its #ifndef sees a macro of a cell"),
        ("int var_3 = 33;", None, "a name"),
        ("#define GET(n) var_##n", None, "a macro that joins words"),
        ("GET (3)", "33", "which gives that name"),
        ("#define N 3", None, "a macro"),
        ("struct A { int v[N]; };", None, "a type that it makes"),
        ("#define N 4", None, "the macro again"),
        ("struct A a = { { 1, 2, 3 } }; sizeof a + N", "16", "the type is as it was, the macro is new"),
        ("#define N 5", None, "and again"),
        ("#define TWICE (2 * N)", None, "a macro that uses it"),
        ("#define N 6", None, "and once more"),
        ("TWICE + sizeof (struct A)", "24", "the last one counts, where macros are put in"),
        ("enum { RED = 5, GREEN } colour = GREEN; colour", "GREEN (6)", "an enum without a name"),
        ("RED + colour", "11", "found by its constants and its variable"),
        ("struct { int q; } both = { 4 };", None, "a struct without a name"),
        ("both.q", "4", "found by its variable"),
        ("struct B { struct C *next; };", None, "a type that is defined later"),
        ("struct C { int v; } one = { 3 };", None, "here"),
        ("struct B b = { &one };", None, "and is used"),
        ("b.next->v", "3", "through the other"),
        ("int y1 = 6;", None, "a name that a header has too"),
        ("y1 + 1", "7", "means the reader's own thing")):
    r = k.run(code)
    check(r.status == "ok" and r.value == value, "%s: %s" % (why, code.split("\n")[0]), r.error or r.value)
r = k.run("nowhere + 1")
check(r.error and r.error.count("undeclared (first use") == 2, "a real mistake is said once, after everything was tried", r.error)

# -- what the loader must do that dlopen did
for code, value, why in (
        ("_Thread_local int mine = 7; mine += 2; mine", "9", "a thread-local variable"),
        ("mine++; mine", "10", "lives on"),
        ("int others = 0;\n#pragma omp parallel num_threads (3) reduction (+ : others)\n{ if (omp_get_thread_num ()) { mine++; others += mine; } }\nothers + 0",
         "2", "each thread has its own"),
        ("static int counter;\n#pragma omp threadprivate (counter)\ncounter = 5; counter", "5", "threadprivate"),
        ("errno = 4; errno", "4", "a library's"),
        ('getenv ("OMP_WAIT_POLICY")', '"passive"', "threads that wait are asleep"),
        ("int started = 0;", None, "-"),
        ("__attribute__ ((constructor)) void at_start (void) { started = 99; }", None, "a constructor"),
        ("started", "99", "has run"),
        ("static double big[12000000]; big[11999999] = 1; big[11999999]", "1.0", "an array larger than the room that cells share"),
        ("big[11999999] + started", "100.0", "is there for the next cell"),
        ("_Alignas (4096) char page[4096]; (unsigned long) page % 4096", "0", "alignment"),
        ("static int kept = 3;\nint *inside (void) { return &kept; }\n*inside ()", "3", "an address of one cell"),
        ("*inside () += 1; kept", "4", "in another"),
        ("int (*table[2]) (const char *) = { puts, 0 }; table[0] == puts", "1", "the address of a library's function")):
    r = k.run(code)
    check(r.status == "ok" and r.value == value, why, r.error or r.value)
with open("/sys/kernel/mm/transparent_hugepage/enabled") as file:
    huge = "[never]" not in file.read()
r = k.run("""unsigned char *data = malloc (128 << 20);
memset (data, 3, 128 << 20);
char line[200]; long pages = 0, kilobytes;
FILE *table = fopen ("/proc/self/smaps", "r");
while (fgets (line, sizeof line, table))
    if (sscanf (line, "AnonHugePages: %ld", &kilobytes) == 1) pages += kilobytes;
fclose (table);
pages >> 10""")
if huge:
    check(r.value and int(r.value) >= 64, "large data lie in huge pages, of which a snapshot has fewer to copy", r.value or r.error)
else:
    print("skip large data lie in huge pages: this machine gives none")
k.run("for (long i = 0; i < 128 << 20; i += 4096) data[i] = 4;\nabort ();")
check(k.run("long sum = 0; for (long i = 0; i < 128 << 20; i++) sum += data[i];\nsum == 3L << 27").value == "1", "and are as they were after a crash")
r = k.run("extern int nothing_has_it; nothing_has_it")
check(r.error and "'nothing_has_it' is used but defined nowhere" in r.error, "what is nowhere is named", r.error)
r = k.run("int deep (int n) {\n    return n ? deep (n - 1) + *(volatile int *) 8 : *(volatile int *) 8;\n}\nint far (void) { return deep (2); }\nqsort")
r = k.run("far ()")
check(r.error and ":2 in deep" in r.error and "(3 times)" in r.error and "in far" in r.error, "the chain of a crash goes through several cells", r.error)
left = k.end()
check(left == [], "nothing is left behind", left)
done()
