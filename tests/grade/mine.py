#!/usr/bin/python3
"""A learner's functions in the chapters' nets: every plug with the right answer does what the library does, a wrong one learns worse
or is told what it did; compare () and %mine in a cell."""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../kernel"))
from harness import BUILD, ROOT, Kernel, check, done

os.environ["OMP_WAIT_POLICY"] = "passive"
os.environ.pop("MAKEFLAGS", None)
work = tempfile.TemporaryDirectory(prefix="mine.")
with open(ROOT + "/chapters/compare/bands.tsv") as file:
    BAND = {tuple(map(int, line.split()[:3])): float(line.split()[4]) for line in file if not line.startswith("#")}
RECORD = {"01": 3, "02": 3, "08": 3, "11": 4, "16": 3}  # the chapters whose net is another one's
AFTER = {"06-3", "07-3", "08-1", "08-2", "08-3", "10-1", "10-2", "10-4", "13-1", "13-2", "16-1", "16-2", "16-3"}  # called with the trained net
DRAWS = {"01-3", "02-1", "05-1", "05-2", "09-1", "11-1"}  # numbers of their own, so a curve of their own


def part(exercise, name="reference"):
    full = next(n for n in os.listdir(BUILD + "/grade") if n.startswith(exercise + "-"))
    return "%s=%s/grade/%s/%s.so" % (exercise, BUILD, full, name)


def compare(chapter, *words):
    ran = subprocess.run([BUILD + "/compare", "--json", "--epochs", "1", "--picture", work.name + "/c.svg", chapter, *words], cwd=ROOT,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return ran.returncode, json.loads(ran.stdout) if ran.returncode == 0 else ran.stderr.decode()


def listed():
    """exercise -> its functions, of all that a net can use"""
    lines = subprocess.run([BUILD + "/compare", "--list"], stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")
    return {line.split()[0]: line.split()[1:] for line in lines if line}


def plugs():
    """All of a chapter at once, as for somebody who has done it; those that draw, one after the other."""
    known = listed()
    check(len(known) == 42, "how many exercises a net uses", len(known))
    for chapter in sorted({exercise[:2] for exercise in known}):
        steady = [e for e in known if e[:2] == chapter and e not in DRAWS]
        code, said = compare(chapter, *map(part, steady)) if steady else (0, None)
        # the losses lie together where the shares of few images need not: processors add in another order
        near = not steady or code == 0 and abs(said["yours"]["loss"] - said["book"]["first_loss_here"]) <= 0.02
        check(near, "%s in the net of chapter %s do what the library does" % (", ".join(steady), chapter), said)
        wrong = [f for f in said["figures"] if f["differs"]] if steady and code == 0 else code
        check(not wrong, "chapter %s: of the trained net the same figures" % chapter, said)
        for exercise in sorted(set(known) & DRAWS):
            if exercise[:2] == chapter:
                code, said = compare(chapter, part(exercise))
                check(code == 0 and abs(said["yours"]["accuracy"] - BAND[RECORD.get(chapter, int(chapter)), 7, 1]) <= 8,
                      "%s in the net of chapter %s learns as the library does" % (exercise, chapter), said)
    check(os.path.getsize(work.name + "/c.svg") > 1000, "the picture is drawn")


def called():
    """Is each function really called? What is called ends the training: these all crash. (Those that a trained net is given show figures.)"""
    known, source = listed(), work.name + "/trap.c"
    with open(source, "w") as file:
        file.write("".join("void %s (void)\n{\n    __builtin_trap ();\n}\n" % f for functions in known.values() for f in functions))
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", work.name + "/trap.so", source], check=True)
    for exercise in sorted(known):
        if exercise not in AFTER:
            code, said = compare(exercise[:2], "%s=%s/trap.so" % (exercise, work.name))
            check(code == 1 and "crashed in the training" in said, exercise + " is called by the net", said)


def wrong():
    source = work.name + "/w.c"
    for name, body, words in (("a crash", "*(volatile int *) 8 = 1;", "crashed in the training"),
                              ("the end of the program", "exit (0);", "ended the program instead of returning"),
                              ("not written", 'nn_todo ("03-3");', "exercise 03-3 is not written yet")):
        with open(source, "w") as file:
            file.write('#include "exercise.h"\nvoid ex_momentum_step (float *w, float *v, const float *dw, int n, float rate, float m)\n{ %s }\n' % body)
        subprocess.run(["gcc", "@solutions/flags", "-w", "-shared", "-o", work.name + "/w.so", source], cwd=ROOT, check=True)
        code, said = compare("03", "03-3=%s/w.so" % work.name)
        check(code == 1 and words in said, "compare: " + name, said)
    code, said = compare("03", part("03-1", "mistake5")) # uphill
    check(code == 0 and said["yours"]["accuracy"] < said["book"]["low"] - 2 and "learns worse" in said["verdict"], "a wrong sign learns worse", said)
    code, said = compare("08", part("08-3", "mistake2")) # counts from the beginning of the file
    check(code == 0 and "something else than the book's" in said["verdict"] and said["figures"][0]["differs"], "a wrong figure is said to be one", said)
    code, said = compare("12")
    check(code == 2 and "chapter 12 chooses among trainings" in said and "make grade EX=12-1 " in said, "compare: chapter 12 says why it has no curve", said)
    for words, sentence in ((["44"], "has no net of its own"), (["03", "02-3=x.so"], "no net uses the function of exercise 02-3"),
                            (["03", "03-1=none.so"], "cannot be loaded"), ([], "compare --record")):
        ran = subprocess.run([BUILD + "/compare", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        check(ran.returncode in (1, 2) and sentence in ran.stderr.decode(), "compare: " + sentence, ran.stderr)


def door():
    def make(*words):
        ran = subprocess.run(["make", "-s", "--no-print-directory", "compare", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return ran.returncode, ran.stdout.decode()
    os.mkdir(work.name + "/mine")
    with open(work.name + "/mine/03-3.c", "w") as file, open(ROOT + "/tests/grade/right/03-3-momentum.c") as right:
        file.write(right.read())
    code, said = make("CH=3", "EX=03-3", "MINE=" + work.name + "/mine", "PICTURE=" + work.name + "/d.svg")
    rows = re.findall(r"^ +(\d) +([\d.]+) %", said, re.M)
    check(code == 0 and [float(p) for _, p in rows] == [BAND[3, 7, e] for e in range(1, 7)], "make compare: six epochs, digit for digit the recorded ones", said)
    check("memory at the peak, MB" in said and "lies where the book" in said, "make compare: the table and the verdict", said)
    with open(work.name + "/mine/03-3.c", "w") as file:
        file.write("int wrong = ;\n")
    code, said = make("CH=3", "EX=03-3", "MINE=" + work.name + "/mine")
    check(code and "03-3.c:1:13: error" in said and "does not compile" in said, "make compare: a file that does not compile", said)
    for words, sentence in ((["EX=02-3"], "Those that one does use: 01-1 01-2"), ([], "Which chapter?"), (["CH=44"], "has no net of its own")):
        code, said = make(*words)
        check(code and sentence in said, "make compare: " + sentence, said)


def cells():
    k = Kernel("--prelude", ROOT + "/chapters/cells.h", "--library", BUILD + "/libcells.so", "-I", ROOT + "/lib", "-I", ROOT + "/kernel", "-I",
               ROOT + "/exercises")
    with open(ROOT + "/tests/grade/right/03-3-momentum.c") as file:
        right = file.read().split("*/\n", 1)[-1].replace('#include "exercise.h"\n', "")
    k.run(right.replace("ex_momentum_step", "my_step"))
    r = k.run("%mine 03-3 my_step")
    shown = r.of("display_data")
    html = "".join(d["data"].get("text/html", "") for d in shown)
    check("ex_momentum_step" in html and "each step of the training" in html and "memory at the peak" in html, "%mine: the table", (r.error, r.messages))
    check(any("image/svg+xml" in d["data"] for d in shown), "%mine: the curve over the recorded ones", [list(d["data"]) for d in shown])
    r = k.run(right + '\ncompare ("3");')
    check("ex_momentum_step" in str(r.messages) and "lies where the book" in str(r.messages), "compare (): what cells define", r.error or r.messages)
    for cell, words in (("%mine", "usage: %mine 06-1"), ("%mine zebra", "usage: %mine 06-1"), ("%mine 03-3 none", "No cell of this notebook defines a function none"),
                        ("%mine 02-3", "No net uses the function"), ('compare ("zebra");', "is no chapter; for example"), ("%mina 3", "'%mina' is not known")):
        r = k.run(cell)
        check(r.status == "error" and words in str(r.error) + r.stream("stderr"), "in a cell: " + cell, str(r.error) + r.stream("stderr"))
    r = k.run("int compare (const void *a, const void *b) { return *(const int *) a - *(const int *) b; }\nint n[3] = { 3, 1, 2 };\n"
              "qsort (n, 3, sizeof *n, compare);\nn[0] + 10 * n[2] + 100 * compare (n, n)")
    check(r.of("execute_result") and r.of("execute_result")[0]["data"]["text/plain"] == "31", "a function of one's own may be called compare", r.error)
    left = k.end()
    check(not left, "nothing stays behind", left)


if "--rest" not in sys.argv:
    plugs()
    called()
wrong()
door()
cells()
work.cleanup()
done()
