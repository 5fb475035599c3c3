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
    band = {tuple(map(int, line.split()[:3])): float(line.split()[4]) for line in file if not line.startswith("#")}
SAME = {"03-1", "03-3", "04-1", "04-3", "06-1", "06-2", "07-1"} # the others draw numbers of their own, or know how long it lasts


def part(exercise, name="reference"):
    full = next(n for n in os.listdir(BUILD + "/grade") if n.startswith(exercise + "-"))
    return "%s=%s/grade/%s/%s.so" % (exercise, BUILD, full, name)


def compare(chapter, *words):
    ran = subprocess.run([BUILD + "/compare", "--json", "--epochs", "1", "--picture", work.name + "/c.svg", chapter, *words], cwd=ROOT,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return ran.returncode, json.loads(ran.stdout) if ran.returncode == 0 else ran.stderr.decode()


def plugs():
    lines = subprocess.run([BUILD + "/compare", "--list"], stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")
    for exercise in [line.split()[0] for line in lines if line]:
        chapter = exercise[:2]
        code, said = compare(chapter, part(exercise))
        # the losses lie together where the shares of few images need not: processors add in another order
        same = exercise in SAME
        first = code == 0 and (said["book"]["first_loss_here"] if same else band[int(chapter), 7, 1])
        near = code == 0 and abs(said["yours"]["loss" if same else "accuracy"] - first) <= (0.02 if same else 8)
        check(near, "%s in the net of chapter %s does what the library does" % (exercise, chapter), (first, said))
    check(os.path.getsize(work.name + "/c.svg") > 1000, "the picture is drawn")


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
    others = sorted({name[:2] for name in os.listdir(ROOT + "/solutions") if name[0].isdigit()} - {"03", "04", "05", "06", "07"})
    for chapter in others:
        code, said = compare(chapter)
        check(code == 2 and "compare: chapter %d " % int(chapter) in said and "no curve to compare. make grade EX=%s-1 " % chapter in said,
              "compare: chapter %s says why it has no curve" % chapter, said)
    for words, sentence in ((["44"], "has no net of its own"), (["03", "01-1=x.so"], "no net uses the function of exercise 01-1"),
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
    check(code == 0 and [float(p) for _, p in rows] == [band[3, 7, e] for e in range(1, 7)], "make compare: six epochs, digit for digit the recorded ones", said)
    check("memory at the peak, MB" in said and "lies where the book" in said, "make compare: the table and the verdict", said)
    with open(work.name + "/mine/03-3.c", "w") as file:
        file.write("int wrong = ;\n")
    code, said = make("CH=3", "EX=03-3", "MINE=" + work.name + "/mine")
    check(code and "03-3.c:1:13: error" in said and "does not compile" in said, "make compare: a file that does not compile", said)
    for words, sentence in ((["EX=06-3"], "Those that one does use: 03-1 03-3"), ([], "Which chapter?"), (["CH=44"], "has no net of its own")):
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
                        ("%mine 01-1", "No net uses the function"), ('compare ("zebra");', "is no chapter; for example"), ("%mina 3", "'%mina' is not known")):
        r = k.run(cell)
        check(r.status == "error" and words in str(r.error) + r.stream("stderr"), "in a cell: " + cell, str(r.error) + r.stream("stderr"))
    r = k.run("int compare (const void *a, const void *b) { return *(const int *) a - *(const int *) b; }\nint n[3] = { 3, 1, 2 };\n"
              "qsort (n, 3, sizeof *n, compare);\nn[0] + 10 * n[2] + 100 * compare (n, n)")
    check(r.of("execute_result") and r.of("execute_result")[0]["data"]["text/plain"] == "31", "a function of one's own may be called compare", r.error)
    left = k.end()
    check(not left, "nothing stays behind", left)


if "--rest" not in sys.argv:
    plugs()
wrong()
door()
cells()
work.cleanup()
done()
