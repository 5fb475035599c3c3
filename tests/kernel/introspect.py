#!/usr/bin/python3
"""What a reader is told while typing: completion and hover with libclang, the same without it, and what happens when the
process that has it open dies.

`|` in a text marks the cursor.
"""
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BUILD, ROOT, Kernel, check, done, processes

LIBRARY = ("--prelude", ROOT + "/chapters/cells.h", "--library", BUILD + "/libcells.so", "-I", ROOT + "/lib", "-I", ROOT + "/kernel")
CELL = """// how a thing is called,
// and how large it is
typedef struct { int width; double height; char label[8]; } thing;
thing one = { 1, 2, "a" }, *all[3] = { &one, &one, &one };
/* the thing number i */
thing *get (int i) { return all[i]; }
#define NTH(i) (*get (i))
nn_net *net = nn_net_new (.seed = 1);
nn_layer *x = nn_input (net, 8, 8, 3);"""


def ask(k, kind, text):
    code, at = text.replace("|", ""), text.index("|")
    return k.ask(kind, {"code": code, "cursor_pos": at, "detail_level": 0})


def completes(k, text, *wanted, exactly=False, start=None):
    c = ask(k, "complete_request", text)
    good = set(wanted) <= set(c["matches"]) and (not exactly or len(c["matches"]) == len(wanted))
    good = good and (start is None or c["cursor_start"] == start)
    return check(good, "completion: " + text.splitlines()[-1], str(c)[:400])


def explains(k, text, *wanted):
    c = ask(k, "inspect_request", text)
    told = c["data"].get("text/plain", "")
    return check(c["found"] and all(w in told for w in wanted), "hover: " + text.splitlines()[-1], told)


def helpers(k):
    """The processes with libclang open."""
    found = []
    for pid in k.family():
        try:
            with open("/proc/%d/cmdline" % pid) as file:
                if "--clang" in file.read().split("\0"):
                    found.append(pid)
        except OSError:
            pass
    return found


def with_and_without(k):
    """What is told in both ways."""
    completes(k, "one.|", "width", "height", "label", exactly=True)
    completes(k, "// \u00e9\U0001f600\none.he|", "height", exactly=True, start=10)
    completes(k, "fclo|", "fclose", "fcloseall", exactly=True)
    completes(k, "ge|", "get", "getchar")
    completes(k, "NT|", "NTH")
    completes(k, "nn_conv|", "nn_conv2d", "nn_conv2d_args")
    completes(k, "|", exactly=True)
    completes(k, "int f (thing *given, int gives) {\n    return giv|", "given", "gives", exactly=True)
    completes(k, "int f (int (*given) (int), char gives[3])\n{\n    for (int given2 = 0, given3; given2 < 3; given2++) {\n        giv|", "given", "gives",
              "given2", "given3", exactly=True)
    completes(k, "{ int gone = 1; }\nint f (void) { if (1) { int gone2; } int here, *gone_not = 0; gone|", "gone_not", exactly=True)
    completes(k, "enum { FIRST_OF_ALL } e; struct firstly { int a; }; int first_of (void) { return 1; }\nfirst|", "first_of", "firstly", exactly=True)
    completes(k, "enum { FIRST_OF_ALL } e;\nFIRST|", "FIRST_OF_ALL", exactly=True)
    completes(k, "#include <stdat|")
    c = ask(k, "complete_request", "int f (thing *given) { return giv|")
    check("'type': 'variable', 'signature': 'thing *given'" in str(c), "completion shows the types of what is local", c)
    c = ask(k, "complete_request", "ge|")
    check("thing *get (int i);" in str(c), "and of what cells have defined", c)
    explains(k, "one.width = get| (1)->width", "thing *get (int i)", "/* the thing number i */", "cell[", "return all[i]")
    explains(k, "get (|", "thing *get (int i)")
    explains(k, "thi|ng other;", "// and how large it is", "double height")
    explains(k, "NTH| (1)", "#define NTH(i) (*get (i))")
    explains(k, "fclo|se (f)", "int fclose (FILE *", "Close STREAM")
    explains(k, "nn_conv2|d (net, x)", "#define nn_conv2d(net,")
    explains(k, "nn_conv2d_|with (net, x)", "nn_layer *nn_conv2d_with (nn_net *net")
    check(not ask(k, "inspect_request", "no_such_name|")["found"], "hover: a name that nobody knows")


k = Kernel(*LIBRARY)

# -- is it complete? One level of indentation for each bracket that is open
for code, depth in (("int f (int a) {\n", 1), ("int f (int a) {\n    if (a) {\n", 2), ("while (1) {\n    puts (\"{\"); // {\n", 1),
                    ("printf (\"a\",\n", 1), ("int a[2][2] = {\n    { 1,", 2), ("struct p {\n    int a;\n", 1), ("/* a", 0),
                    ("int x = 3", 0), ("for (int i = 0; i < 3; i++)\n", 0), ("#define A \\", 0)):
    c = k.ask("is_complete_request", {"code": code})
    check(c["status"] == "incomplete" and c["indent"] == depth * "    ", "is_complete: %r" % code, c)
for code in ("if (a) {\n    b;\n}", "x = 3;\ny", "int f (void) { return 1; }\n", "", "!echo '('", "%%file a.c\n{", "  %undo", "?printf"):
    c = k.ask("is_complete_request", {"code": code})
    check(c == {"status": "complete"}, "is_complete: %r" % code, c)
for code in ("int q = )", "f (]", "}"):
    c = k.ask("is_complete_request", {"code": code})
    check(c == {"status": "invalid"}, "is_complete: %r" % code, c)

r = k.run(CELL)
check(r.status == "ok", "the cell that is asked about", r.error)
check(not helpers(k), "libclang is opened at the first question, not before")
with_and_without(k)
if not helpers(k):
    print("skip completion and hover by libclang: it is not installed (Debian's libclang1-14)")
    k.end()
    done()

# -- what only a parser knows
FIELDS = ("width", "height", "label")
completes(k, "get (2)->|", *FIELDS, exactly=True)
completes(k, "all[one.width]->|", *FIELDS, exactly=True)
completes(k, "(*get (0)).|", *FIELDS, exactly=True)
completes(k, "NTH (1).wi|", "width", exactly=True)
completes(k, "thing *t = get (1);\nif (t && t->|", *FIELDS, exactly=True)
completes(k, "int f (thing *given, int gives) {\n    thing inner = *given;\n    for (int i = 0; i < 3; i++) {\n        inner.|", *FIELDS, exactly=True)
completes(k, "int f (thing *given, int gives) {\n    return giv|", "given", "gives", exactly=True)
completes(k, "struct { int fresh; } here;\nhere.|", "fresh", exactly=True)
completes(k, "typedef struct { int other; } thing;\nthing changed;\nchanged.|", "other", exactly=True)
completes(k, "thing one = { 0 };\none.|", *FIELDS, exactly=True)
completes(k, "net->|", "seed")
completes(k, "x->out.|", "halo", "dx")
completes(k, "nn_conv2d (net, x, .|", "filters", "kernel", "stride", "algorithm")
completes(k, "x = nn_conv2d (net, x, .filters = 4, .ke|", "kernel", "kernel_w", exactly=True)
completes(k, "nn_layer *y = nn_conv2d (net, x, .fi|);", "filters", exactly=True)
completes(k, "struct tm when;\nwhen.tm_y|", "tm_yday", "tm_year", exactly=True)
c = ask(k, "complete_request", "get (0)->wi|")
check(c["metadata"]["_jupyter_types_experimental"] ==
      [{"text": "width", "type": "field", "signature": "int width", "start": 9, "end": 11}], "completion shows types", c)
c = ask(k, "complete_request", "fclos|")
check("'int fclose (FILE *__stream);'" in str(c["metadata"]), "completion shows prototypes", c)
explains(k, "one.he|ight", "double height")
explains(k, "int f (thing *given) {\n    // its width\n    int wide = given->width;\n    return wi|de; }", "int wide", "// its width")
explains(k, "int f (thing *given) { return giv|en->width; }", "thing *given")
explains(k, "x->out.ha|lo", "int halo", "rows and columns of zeros")

# -- while a cell runs
message = k.send("volatile long turns = 0; while (turns >= 0) turns++;")
time.sleep(0.3)
completes(k, "get (2)->la|", "label", exactly=True)
explains(k, "get (2)->la|bel", "char label[8]")
check(not k.iopub.closed and k.control("interrupt_request")["status"] == "ok" and k.collect(message).status == "error", "the cell ran meanwhile")
completes(k, "turns + one.wi|", "width", exactly=True)

# -- the process with libclang is no part of the kernel's health
first = helpers(k)
check(len(first) == 1, "one process has libclang open", first)
os.kill(first[0], signal.SIGKILL)
time.sleep(0.2)
completes(k, "get (2)->la|", "label", exactly=True)
check(len(helpers(k)) == 1 and helpers(k) != first, "it is started anew when it dies", helpers(k))
os.kill(helpers(k)[0], signal.SIGSTOP)
began = time.time()
c = ask(k, "complete_request", "one.la|")
check(c["matches"] == ["label"] and time.time() - began < 5, "when it hangs the scan answers", c)
completes(k, "get (2)->la|", "label", exactly=True)
k.run("abort ();")
check(len(helpers(k)) == 1, "a crash of a cell leaves it alone", helpers(k))
for text in ("#define A A A A\nA A(|", "(" * 20000 + "one.|", "{" * 5000 + "x.|", "\"|", "/* |", "#include <std|", "int a[] = { [0 ... |", "\\|",
             "struct { struct { struct |", "_Generic (one.|", "\x01|\x02", "#if 0\none.|", "sizeof (|", "'|", "#|", ".|", "->|", "x ? . : |"):
    for kind in ("complete_request", "inspect_request"):
        if ask(k, kind, text)["status"] != "ok":
            check(False, "a text that is hard to read", text[-40:])
check(k.run("6 * 7").value == "42", "texts that are hard to read do no harm")
completes(k, "get (2)->la|", "label", exactly=True)
completes(k, "%%timeit 3\nget (2)->la|", "label", exactly=True)

family = k.everybody()
left = k.end()
check(left == [], "shutdown ends it too", left)

# -- a kernel that is killed takes it along
k = Kernel()
c = ask(k, "complete_request", "print|")
check("printf" in c["matches"], "names are known from the first moment", c)
ask(k, "complete_request", "struct tm when;\nwhen.|")
family = k.everybody()
check(len(helpers(k)) == 1, "there is one again")
k.process.kill()
k.process.wait()
time.sleep(0.5)
check(not set(family) & set(processes()), "it ends with a kernel that is killed", family)

# -- without libclang
k = Kernel(*LIBRARY, environment={"NNK_NO_LIBCLANG": "1"})
k.run(CELL)
with_and_without(k)
completes(k, "nn_conv2d (net, x, .|", exactly=True)
check(not helpers(k), "without libclang no process of it lives on", helpers(k))
with open("/proc/%d/status" % k.process.pid) as file:
    memory = [int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS")][0]
check(memory < 80, "the kernel takes less than 80 MB", "%d MB" % memory)
k.end()
done()
