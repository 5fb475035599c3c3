#!/usr/bin/python3
"""The learner's loop in a real terminal: next, watch with its keys, hint, progress, reset, diff; and what it says when the
world is in the way. In a copy of the course, so that nobody's exercises are touched."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from learner import GRADE, LOOP, PARTS, ROOT, Terminal, check, course, done, loop, say

MINE, KEPT = "exercises/04-4-output-size.c", "exercises/kept/04-4-output-size.1.c"


def asks(name, status, words, *verb, wrap=()):
    """A verb with this exit status says these words, and no line too many."""
    code, text = loop(*verb, wrap=wrap)
    check(code == status and words in " ".join(text.split()), name, "status %s: %s" % (code, text))
    return text


def right(name="04-4-output-size", to=MINE):
    shutil.copy(os.path.join(ROOT, "tests/grade/right", name + ".c"), to)


def words():
    asks("next: the first exercise", 0, "01-1 Transpose in tiles (10 points)", "next")
    text = asks("next: one that is named", 0, "04-4 How large is the output?", "next", "4.4")
    check("file " in text and "line " in text and "notebook" in text, "next: file, line and notebook", text)
    check(max(map(len, text.splitlines())) <= 80, "next: fits a terminal", max(text.splitlines(), key=len))
    asks("next: no marks around a single letter", 0, "row i and column j of `x`", "next", "1.1")
    for level in (1, 2, 3):
        text = asks("hint %d" % level, 0, "hint %d of 3" % level, "hint", "04-4")
        check("hint %d of 3" % (level + 1) not in text, "hint %d: not the one after" % level, text)
    asks("hint: no fourth", 0, "That is the last one.", "hint", "04-4")
    asks("diff: not yet", 1, "is shown when you have all 10 points; your best is 0", "diff", "04-4")
    code, text = say("script", "-qec", "make -s --no-print-directory diff EX=04-4", "/dev/null")
    check(code == 0 and "your best is 0" in text and "***" not in text, "in a terminal make adds no line of its own", text)
    code, text = say("make", "-s", "--no-print-directory", "diff", "EX=04-4")
    check(code == 2 and "your best is 0" in text, "elsewhere the exit status stays", text)
    asks("reset: nothing to do", 0, "there is nothing to reset", "reset", "04-4")
    asks("reset: which?", 1, "Which exercise?", "reset")
    asks("an unknown exercise", 1, "There is no exercise 'zebra'", "hint", "zebra")
    asks("an unknown verb", 2, "'swim' is no verb. There are: progress, next", "swim")
    asks("watch without a terminal", 1, "needs a terminal; without one: make grade", "watch")


def record():
    right()
    code, text = say(GRADE, "--parts", PARTS, "--record", "04-4")
    check(code == 0 and "make diff EX=04-4" in text, "grade: all points", text)
    with open("exercises/progress") as file:
        text = file.read()
    check("\n04-4\t10\t3\t20" in text, "grade: kept in the one file", text)
    shutil.copy(MINE, "mine.c")
    with open(MINE, "w") as file:
        file.write("int wrong")
    say(GRADE, "--parts", PARTS, "--record", "04-4")
    text = asks("progress: the best counts", 0, "10 / 40", "progress")
    check("1 of 14" in text or re.search(r"\b1 of \d+ exercises", text), "progress: how many are done", text)
    check("7  L2: weight decay" in text, "progress: a title with a colon has no quotation marks", text)
    check(" 7  L2: weight decay, and what it must not … " in text and "\n 9  " in text and "\n10  " in text,
          "progress: no word is cut in two, and the numbers stand below each other", text)
    check("3 hints" in text and "Next: 01-1" in text, "progress: hints, and what is next", text)
    shutil.copy("mine.c", MINE)
    asks("diff: after success", 0, "--- yours +++ the solution", "diff", "04-4")
    shutil.copy(os.path.join(ROOT, "solutions/04-4-output-size.c"), "mine.c")
    with open(MINE, "wb") as file: # as an editor under Windows writes it
        code = subprocess.run(["awk", "-f", "solutions/solution.awk", "mine.c"], stdout=subprocess.PIPE, check=True).stdout
        file.write(code.replace(b"\n", b"\r\n"))
    asks("diff: CRLF is no difference", 0, "Yours is the solution, line by line.", "diff", "04-4")
    asks("reset", 0, "Your file is kept as " + KEPT, "reset", "04-4")
    check(os.path.exists(KEPT) and "nn_todo" in open(MINE).read(), "reset: the stub is back, the file is kept")
    right()
    asks("reset: another name for each", 0, "04-4-output-size.2.c", "reset", "04-4")
    with open("exercises/progress", "a") as file:
        file.write("nonsense\n")
    asks("progress: a line that is none", 1, "line 3, should hold an exercise's number", "progress")
    code, text = say(GRADE, "--parts", PARTS, "--record", "04-4")
    check("line 3" in text and "points" in text, "grade: reports although progress cannot be kept", text)
    check("nonsense" in open("exercises/progress").read(), "progress: nothing is overwritten")
    os.remove("exercises/progress")
    many = [subprocess.Popen([LOOP, PARTS, "hint", e], stdout=subprocess.DEVNULL) for e in ("01-1", "02-1", "03-1", "04-1") * 4]
    check(all(p.wait() == 0 for p in many) and len(open("exercises/progress").readlines()) == 5, "progress: 16 writers at once")


def strange():
    """Files and folders that are not as they should be."""
    right()
    with open(MINE, "r+b") as file:
        text = file.read()
        file.seek(0)
        file.write(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    code, text = say(GRADE, "--parts", PARTS, "--record", "04-4")
    check(code == 0, "BOM and CRLF: full points", text)
    with open(MINE, "wb") as file:
        file.write(b" " * 10_000_000)
    asks("10 MB: diff", 1, "larger than a megabyte; is it the right file?", "diff", "04-4")
    asks("10 MB: reset", 0, "is as it was given out. Your file is kept", "reset", "04-4")
    asks("10 MB: next", 0, "How large is the output?", "next", "04-4")
    right()
    nobody = ["unshare", "-Ur", "--map-user=1000"]
    if subprocess.run([*nobody, "true"], stderr=subprocess.DEVNULL).returncode:
        print("skip a read-only folder: this system makes no user namespaces")
        return
    os.remove("exercises/progress")
    shutil.rmtree("exercises/kept")
    os.chmod("exercises", 0o555)
    asks("read-only: reset", 1, "Nothing was changed: exercises/kept cannot be made", "reset", "04-4", wrap=nobody)
    text = asks("read-only: hint", 1, "Your progress is not kept", "hint", "04-4", wrap=nobody)
    check("hint 1 of 3" in text, "read-only: the hint is given all the same", text)
    code, text = say(GRADE, "--parts", PARTS, "--record", "04-4", wrap=nobody)
    check(code == 0 and text.count("Your progress is not kept") == 1, "read-only: the report comes, with one sentence", text)
    os.chmod("exercises", 0o755)


def watching():
    say(LOOP, PARTS, "reset", "04-4")
    screen = Terminal("04-4")
    check(screen.shows("How large is the output?") and screen.shows("q quit"), "watch: begins with the statement", screen.seen)
    code, text = say("script", "-qec", "%s %s watch" % (LOOP, PARTS), "/dev/null")
    check(code == 1 and "Another make watch runs in this folder (process %d)" % screen.pid in text, "two watches at once", text)
    screen.key(b"h")
    check(screen.shows("hint 1 of 3") and screen.shows("q quit"), "watch: h", screen.seen)
    screen.key(b"s")
    check(screen.shows("is shown when you have all 10 points"), "watch: no solution before success", screen.seen)
    with open(MINE, "w") as file:
        file.write("int wrong")
    check(screen.shows("does not compile") and screen.shows("q quit"), "watch: a save is graded", screen.seen)
    right(to="exercises/.new")
    os.rename("exercises/.new", MINE) # as editors do
    check(screen.shows("10 / 10") and screen.shows("s solution"), "watch: a save by renaming is graded", screen.seen)
    screen.key(b"s")
    check(screen.shows("#include") and screen.shows("q quit"), "watch: the solution after success", screen.seen)
    open(b"exercises/na\xffme.c", "w").close()
    check(screen.shows("exercises/na?me.c is no exercise's name"), "watch: a name that is not UTF-8", screen.seen)
    with open("exercises/03-3-momentum.c", "a") as file:
        file.write("\n")
    check(screen.shows("A step with momentum") and screen.shows("watching exercises/03-3"), "watch: follows to another file", screen.seen)
    screen.key(b"n")
    check(screen.shows("Gradients of any formula") and screen.shows("q quit"), "watch: n", screen.seen)
    shutil.copy("exercises/01-1-transpose.c", "stub.c")
    with open("stub.c") as file:
        text = file.read().replace('nn_todo ("01-1");', "for (volatile int i = 0;; i++) continue;")
    with open("exercises/01-1-transpose.c", "w") as file:
        file.write(text)
    time.sleep(1)
    began = time.time()
    right("01-1-transpose", "exercises/01-1-transpose.c")
    check(screen.shows("2 / 2"), "watch: a save ends a grading that hangs", screen.seen)
    check(time.time() - began < 30, "watch: and does not wait for it", time.time() - began)
    screen.key(b"q")
    check(screen.ended() == 0, "watch: q", screen.seen)
    for name, key in (("Ctrl-C", b"\x03"), ("Ctrl-D", b"\x04")):
        screen = Terminal("04-4")
        screen.shows("q quit")
        screen.key(key)
        check(screen.ended() == 0, "watch: " + name, screen.seen)
    screen = Terminal("04-4")
    screen.shows("q quit")
    os.kill(screen.pid, signal.SIGTERM)
    check(screen.ended() == 0, "watch: a signal ends it", screen.seen)
    left = [name for name in os.listdir(os.environ["TMPDIR"]) if name.startswith(("grade.", "loop."))]
    check(not left, "nothing stays behind", left)


home = course()
os.environ["TMPDIR"] = tempfile.mkdtemp(prefix="loop-tmp-")
os.chdir(home)
try:
    words()
    record()
    strange()
    watching()
finally:
    os.chdir("/")
    shutil.rmtree(home)
    shutil.rmtree(os.environ["TMPDIR"])
done()
