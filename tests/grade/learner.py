"""A learner at a terminal, as tests play one: a copy of the course, so that nobody's exercises are touched, and make watch in a
terminal of its own."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../kernel"))
from harness import BUILD, ROOT, check, done  # for those who import this as well

LOOP, GRADE, PARTS = (os.path.join(BUILD, "grade", name) for name in ("loop", "grade", ""))


def course():
    """A copy of the course; `make` in it finds everything built already."""
    folder = tempfile.mkdtemp(prefix="loop-test-")
    for name in os.listdir(ROOT):
        if name not in ("exercises", ".git"):
            os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
    os.mkdir(os.path.join(folder, "exercises"))
    shutil.copy2(os.path.join(ROOT, "exercises/exercise.h"), os.path.join(folder, "exercises"))
    for name in os.listdir(os.path.join(ROOT, "solutions")):
        if re.match(r"\d.*\.c$", name):
            with open(os.path.join(folder, "exercises", name), "w") as stub:
                subprocess.run(["awk", "-f", "solutions/stub.awk", "solutions/" + name], cwd=ROOT, stdout=stub, check=True)
    return folder


def say(*words, wrap=()):
    ran = subprocess.run([*wrap, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          env={**os.environ, "NO_COLOR": "1"})
    return ran.returncode, ran.stdout.decode(errors="replace")


def loop(*words, wrap=()):
    return say(LOOP, PARTS, *words, wrap=wrap)


class Terminal:
    """make watch, as somebody sees it."""

    def __init__(self, *words):
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            os.execv(LOOP, [LOOP, PARTS, "watch", *words])
        self.seen = ""

    def shows(self, words, seconds=60):
        """Whether these words appear, from now on; what was seen before them is put away."""
        until = time.time() + seconds
        while time.time() < until:
            plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", self.seen)
            if words in plain:
                self.seen = plain[plain.index(words) + len(words):]
                return True
            if select.select([self.end], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.end, 65536).decode(errors="replace")
                except OSError:
                    break
        return False

    def key(self, key):
        os.write(self.end, key)

    def ended(self, seconds=10):
        until = time.time() + seconds
        while time.time() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            select.select([self.end], [], [], 0.05)[0] and self.shows("\0", 0.05)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return None
