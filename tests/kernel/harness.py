"""What the tests of the kernel share: a kernel of one's own, cells run in it, and counted checks.

Each kernel has its own home, data and TMPDIR below the test's scratch folder, so nothing of the user is touched and
what a kernel leaves behind can be seen.
"""
import atexit
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import zmq
from jupyter_client.connect import write_connection_file
from jupyter_client.session import Session

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
NN_KERNEL = os.path.join(BUILD, "nn-kernel")
TIMEOUT = 60
bad = 0


def check(holds, name, why=""):
    """One check: prints `ok` or `not ok` with what was seen."""
    global bad
    if holds:
        print("ok", name, flush=True)
    else:
        bad += 1
        print("not ok %s: %s" % (name, " ".join(str(why).split())[:600]), flush=True)
    return holds


def done():
    sys.exit(1 if bad else 0)


def processes():
    """pid -> (parent, command) of everything that runs and is no zombie."""
    found = {}
    for entry in os.listdir("/proc"):
        try:
            with open("/proc/%s/stat" % entry) as file:
                left, right = file.read().rsplit(")", 1)
            fields = right.split()
            if fields[0] != "Z":
                found[int(entry)] = (int(fields[1]), left.split("(", 1)[1])
        except (OSError, ValueError, IndexError):
            pass
    return found


def descendants(pid):
    table, family = processes(), {pid}
    while True:
        more = {p for p, (parent, _) in table.items() if parent in family} - family
        if not more:
            return family - {pid}
        family |= more


def living_in(home):
    """The kernels, executors and snapshots whose HOME is this folder, or whose connection file lies in it (a kernel hides its environment)."""
    found = []
    for pid, (_, name) in processes().items():
        for what in ("environ", "cmdline") if name in ("nn-kernel", "nn-exec", "nn-snapshot") else ():
            try:
                with open("/proc/%d/%s" % (pid, what), "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if pid not in found and (b"HOME=" + home.encode() in words or any(w.startswith(home.encode() + b"/") for w in words)):
                found.append(pid)
    return found


def gone(pids, seconds=5):
    """Whether all of these end in time."""
    end = time.time() + seconds
    while time.time() < end:
        if not set(pids) & set(processes()):
            return True
        time.sleep(0.02)
    return False


class Result:
    """What one cell gave: its reply and its messages, in order."""

    def __init__(self):
        self.reply, self.messages, self.idle = None, [], False

    def of(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    def stream(self, name="stdout"):
        return "".join(c["text"] for c in self.of("stream") if c["name"] == name)

    @property
    def value(self):
        found = self.of("execute_result")
        return found[0]["data"].get("text/plain") if found else None

    @property
    def error(self):
        found = self.of("error")
        return re.sub("\x1b\\[[0-9;]*m", "", self.coloured) if found else None

    @property
    def coloured(self):
        """The same as a front end gets it, with its colours."""
        found = self.of("error")
        return "\n".join([found[0]["ename"], found[0]["evalue"]] + found[0]["traceback"]) if found else None

    @property
    def status(self):
        return self.reply["content"]["status"]


class Kernel:
    """A kernel of one's own and a client for it, which speaks the protocol over plain sockets."""

    def __init__(self, *arguments, transport="tcp", environment=None, wrap=()):
        self.home = tempfile.mkdtemp(prefix="nn-kernel-test-")
        atexit.register(shutil.rmtree, self.home, ignore_errors=True)  # a kernel that was killed leaves it
        self.tmp = os.path.join(self.home, "tmp")
        os.mkdir(self.tmp)
        self.environment = {**os.environ, "HOME": self.home, "TMPDIR": self.tmp,
                            "XDG_DATA_HOME": os.path.join(self.home, "data"), **(environment or {})}
        self.file = os.path.join(self.home, "connection.json")
        ip = os.path.join(self.home, "s") if transport == "ipc" else "127.0.0.1"
        _, self.info = write_connection_file(self.file, ip=ip, transport=transport, key=b"secret-of-the-test")
        with open(os.path.join(self.home, "log"), "w") as log:
            self.process = subprocess.Popen([*wrap, NN_KERNEL, self.file, *arguments], env=self.environment, stderr=log,
                                            stdout=log, cwd=self.home)
        self.context, self.early = zmq.Context(), []
        self.session = Session(key=b"secret-of-the-test", digest_history_size=0)
        self.shell, self.control_socket = self.socket("shell", zmq.DEALER), self.socket("control", zmq.DEALER)
        self.stdin, self.iopub = self.socket("stdin", zmq.DEALER), self.socket("iopub", zmq.SUB)
        self.poller = zmq.Poller()
        for socket in (self.shell, self.iopub, self.stdin):
            self.poller.register(socket, zmq.POLLIN)
        self.welcome = self.receive(self.iopub)
        if self.welcome["content"].get("execution_state") == "starting":  # a fast subscriber hears this too, before it is greeted
            self.welcome = self.receive(self.iopub)
        self.ask("kernel_info_request")

    def address(self, port):
        colon = "-" if self.info["transport"] == "ipc" else ":"
        return "%s://%s%s%d" % (self.info["transport"], self.info["ip"], colon, self.info[port + "_port"])

    def socket(self, port, kind):
        socket = self.context.socket(kind)
        socket.linger = 0
        if kind == zmq.SUB:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        else:
            socket.setsockopt(zmq.IDENTITY, self.session.bsession)
        socket.connect(self.address(port))
        return socket

    def log(self):
        with open(os.path.join(self.home, "log")) as file:
            return file.read()

    def receive(self, socket, seconds=TIMEOUT):
        if not socket.poll(1000 * seconds):
            raise TimeoutError("no message within %d s; log: %s" % (seconds, self.log()))
        return self.session.recv(socket, mode=0)[1]

    def send(self, code, **options):
        content = dict(dict(code=code, silent=False, store_history=True, user_expressions={}, allow_stdin=True,
                            stop_on_error=True), **options)
        return self.session.send(self.shell, "execute_request", content)["header"]["msg_id"]

    def collect(self, message_id, answers=(), seconds=TIMEOUT):
        """The result of a cell that was sent; `answers` are typed when it asks for input."""
        result, answers = Result(), list(answers)
        result.prompts = []
        early, self.early = self.early, []
        for channel, message in early:
            self.sort(result, message_id, channel, message)
        while result.reply is None or not result.idle:
            ready = dict(self.poller.poll(1000 * seconds))
            if not ready:
                raise TimeoutError("no answer to a cell within %d s; log: %s" % (seconds, self.log()))
            for channel in (self.iopub, self.shell):
                if channel in ready:
                    self.sort(result, message_id, channel, self.receive(channel))
            if self.stdin in ready and answers:
                request = self.receive(self.stdin)
                result.prompts.append(request["content"]["prompt"])
                self.session.send(self.stdin, "input_reply", {"value": answers.pop(0)})
        return result

    def sort(self, result, message_id, channel, message):
        """Puts a message into the result, or keeps it for another."""
        if message["parent_header"].get("msg_id") != message_id:
            self.early = self.early[-1000:] + [(channel, message)]
        elif channel is self.shell:
            result.reply = message
        else:
            result.messages.append(message)
            result.idle = message["content"].get("execution_state") == "idle"

    def run(self, code, answers=(), **options):
        return self.collect(self.send(code, **options), answers)

    def until_said(self, word):
        """Waits until a cell that runs has printed this word; what comes meanwhile is kept for collect."""
        said = ""
        while word not in said:
            message = self.receive(self.iopub)
            self.early.append((self.iopub, message))
            said += message["content"].get("text", "") if message["msg_type"] == "stream" else ""
            if message["msg_type"] == "error":
                raise AssertionError("the cell failed before it said %s: %s" % (word, message["content"]["evalue"]))

    def ask(self, kind, content=None, channel=None):
        """Sends any request; its reply's content."""
        socket = channel or self.shell
        message_id = self.session.send(socket, kind, content or {})["header"]["msg_id"]
        while True:
            reply = self.receive(socket)
            if reply["parent_header"].get("msg_id") == message_id:
                return reply["content"]

    def control(self, kind, content=None):
        return self.ask(kind, content, self.control_socket)

    def everybody(self):
        return descendants(self.process.pid)

    def compiler(self):
        """The gcc that waits for the next cell, with what it has started: pid -> command."""
        table, found = processes(), set()
        for pid in self.everybody():
            try:
                with open("/proc/%d/cmdline" % pid, "rb") as file:
                    if b"nnk_cell.c" in file.read().split(b"\0"):
                        found |= {pid} | descendants(pid)
            except OSError:
                pass
        return {p: table[p][1] for p in found if p in table}

    def family(self):
        """All but the compiler that waits."""
        return self.everybody() - set(self.compiler())

    def files(self):
        """What lies in the session's folder, without what the compiler that waits is about to write."""
        folder = os.path.join(self.tmp, next(name for name in os.listdir(self.tmp) if name.startswith("nnk-")))
        return sorted(name for name in os.listdir(folder) if not name.startswith("next_"))

    def at_work(self):
        """The same without the frozen snapshots."""
        table = processes()
        return {p for p in self.family() if table.get(p, (0, "nn-snapshot"))[1] != "nn-snapshot"}

    def end(self):
        """Shuts it down; returns what it left behind: processes, files."""
        family = self.everybody()
        self.control("shutdown_request", {"restart": False})
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return ["the kernel did not end"]
        self.context.destroy(linger=0)
        left = [] if gone(family) else ["processes %s" % sorted(family & set(processes()))]
        left += ["file " + name for name in os.listdir(self.tmp)]
        shutil.rmtree(self.home, ignore_errors=True)
        return left


TEN_LINES = """double square%d (double v) { return v * v; }
double sum%d = 0;
int table%d[10];
for (int i = 0; i < 10; i++)
    sum%d += square%d (i);
for (int i = 0; i < 10; i++)
    table%d[i] = i * i;
printf ("%%f\\n", sum%d);
struct { int a; double b; } both%d = { table%d[3], sum%d };
both%d"""


class Stalls(threading.Thread):
    """How long the machine itself stood still, or had no processor for one who had slept: seconds, the longest since the last asking."""

    def __init__(self):
        super().__init__(daemon=True)
        self.longest = 0
        self.start()

    def run(self):
        while True:
            began = time.monotonic()
            time.sleep(0.01)
            self.longest = max(self.longest, time.monotonic() - began - 0.01)

    def ask(self):
        longest, self.longest = self.longest, 0
        return longest


def ten_lines(i):
    """A cell of ten lines, with names of its own for each i."""
    return TEN_LINES % ((i,) * TEN_LINES.replace("%%", "").count("%d"))


def median_ms(act, turns=21):
    """The median of so many calls of act (turn), in milliseconds."""
    times = []
    for i in range(turns):
        began = time.perf_counter()
        act(i)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)
