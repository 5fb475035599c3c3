#!/usr/bin/python3
"""make class, with a class in which everything occurs: solutions, answers written differently, stubs, known mistakes, mutants, files
that do not compile or that are missing, loops without end, files from Windows. It is graded twice, once in peace and once
with kill -9 in the midst, and both tables are the same.

classroom.py [--learners 200] [--chapter 13] [--kills 2]: by itself a small class, which `make test` has time for."""
import argparse
import csv
import glob
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

from learner import ROOT, check, done
from mutants import mutants

KINDS = {"solution": 30, "other": 15, "stub": 10, "mistake": 20, "mutant": 12, "no C": 6, "missing": 3, "endless": 2, "Windows": 2}
LATE = "GRADE_LIMIT", "1" # seconds that a call may take


def awk(program, name, *words):
    return subprocess.run(["awk", *words, "-f", "solutions/%s.awk" % program, "solutions/%s.c" % name], stdout=subprocess.PIPE,
                          check=True).stdout.decode()


def answers(name):
    """Kind → the texts of that kind, for one exercise."""
    with open("solutions/%s.c" % name) as file:
        source = file.read()
    right = awk("solution", name)
    words, code = right.split("*/", 1)
    spoilt = words + "*/" + code.replace(";", "", 1)
    found = {"solution": [right], "stub": [awk("stub", name)], "no C": [spoilt, "int wrong = ;\n", "Not today.\n"],
             "endless": [re.sub(r"^{$", "{\n    for (volatile int i = 0;; i++)\n        continue;", right, flags=re.M)],
             "Windows": ["\ufeff" + right.replace("\n", "\r\n")], "missing": [None], "mutant": [text for _, _, text in mutants(name)],
             "mistake": ["#define MISTAKE %s\n%s" % (k, source) for k in re.findall(r"^#.*MISTAKE == (\d+) ", source, re.M)]}
    other = "tests/grade/right/%s.c" % name
    if os.path.exists(other):
        with open(other) as file:
            found["other"] = [file.read()]
    return found


def enrol(folder, learners, names):
    """A folder for each learner; returns (learner, exercise) → kind. The same class every time."""
    chance, kinds, offered = random.Random(7), {}, {name: answers(name) for name in names}
    every = list(KINDS) # each kind once at least, then as often as it is likely
    for i in range(learners):
        learner = "learner %03d" % (i + 1)
        os.makedirs(os.path.join(folder, learner))
        for name in names:
            kind = every[len(kinds)] if len(kinds) < len(every) else chance.choices(list(KINDS), KINDS.values())[0]
            kind = kind if kind in offered[name] else "solution"
            kinds[learner, name], text = kind, chance.choice(offered[name][kind])
            if text is not None:
                with open(os.path.join(folder, learner, name + ".c"), "w", newline="") as file:
                    file.write(text)
    return kinds


def grading(folder, chapter):
    """make class, in a session of its own."""
    return subprocess.Popen(["solutions/class", folder, chapter], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
                            env={**os.environ, LATE[0]: LATE[1]})


def graded(folder):
    return {path: os.stat(path).st_ino for path in glob.glob(glob.escape(folder) + "/graded/*.json")}


def interrupted(folder, chapter, files, kills):
    """kill -9 after the first, second… part of the files, and then to the end."""
    for k in range(kills):
        running = grading(folder, chapter)
        while len(graded(folder)) < files * (k + 1) // (kills + 1) and running.poll() is None:
            time.sleep(0.02)
        check(running.poll() is None, "killed in the midst, %d" % (k + 1), "it had ended")
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        running.stderr.close()
    before = graded(folder)
    check(0 < len(before) < files, "some files are graded, and some are not", "%d of %d" % (len(before), files))
    last = grading(folder, chapter)
    why = last.stderr.read()
    check(last.wait() == 0, "goes on to the end", why)
    last.stderr.close()
    check(before.items() <= graded(folder).items(), "what was graded is not graded again")


def table(folder):
    with open(folder + "/points.csv", newline="") as file:
        return list(csv.reader(file))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--learners", type=int, default=8)
    options.add_argument("--chapter", default="13")
    options.add_argument("--kills", type=int, default=2)
    given = options.parse_args()
    os.chdir(ROOT)
    names = sorted(os.path.basename(path)[:-2] for path in glob.glob("solutions/%s-[0-9]*.c" % given.chapter))
    with tempfile.TemporaryDirectory(prefix="classroom.") as work:
        peace, war = work + "/peace", work + "/war"
        kinds = enrol(peace, given.learners, names)
        shutil.copytree(peace, war)
        files = len(glob.glob(peace + "/*/*.c"))
        began = time.time()
        running = grading(peace, given.chapter)
        why = running.stderr.read()
        check(running.wait() == 0, "a class of %d, %d files, is graded" % (given.learners, files), why)
        running.stderr.close()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print("    %.1f minutes, %.0f s of processor time" % ((time.time() - began) / 60, used.ru_utime + used.ru_stime), flush=True)
        interrupted(war, given.chapter, files, given.kills)
        rows = table(peace)
        check(len(rows) == given.learners + 1 and rows == table(war), "the table is the same as without kill -9")
        for kind in KINDS:
            wrong = [(row[0], name, points) for row in rows[1:] for name, points in zip(names, row[1:]) if kinds[row[0], name] == kind and not {
                "solution": points == "10", "other": points == "10", "Windows": points == "10", "missing": points == "", "mutant": points != "",
                "mistake": points and int(points) < 10}.get(kind, points == "0")]
            check(not wrong, "the points of every '%s'" % kind, wrong)


main()
done()
