#!/usr/bin/python3
"""Bad input: messages that are damaged, forged, repeated or meant to break a parser, connection files that are no good, clients
that vanish, and fifty at once. The kernel answers what can be answered, drops the rest, and runs the next cell.

tests/kernel/fuzz does the same to the code that reads messages and cells, millions of times.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import zmq
from harness import NN_KERNEL, Kernel, check, done

k = Kernel()
k.run("int kept = 20;")


def memory():
    with open("/proc/%d/status" % k.process.pid) as file:
        return [int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS")][0]


def lives():
    return k.process.poll() is None and k.run("kept + 1").value == "21"


def signed(header, content=b"{}", parent=b"{}", metadata=b"{}"):
    return [b"<IDS|MSG>", k.session.sign([header, parent, metadata, content]), header, parent, metadata, content]


def header(kind="kernel_info_request", **more):
    return json.dumps(dict(k.session.msg_header(kind), date="2026-01-01T00:00:00Z", **more)).encode()


def drain():
    """Passes over what is still on the way from messages that were sent by hand."""
    for channel in (k.iopub, k.shell, k.control_socket):
        while channel.poll(30):
            channel.recv_multipart()


def dropped(name, frames, channel=None):
    """These frames get no answer on their channel and no word on iopub: the next answer is that to the next question."""
    channel = channel or k.shell
    channel.send_multipart(frames)
    asked = k.session.send(channel, "kernel_info_request", {})["header"]["msg_id"]
    seen = []
    try:
        seen.append(k.receive(channel, 10))
        while seen[-1]["content"].get("execution_state") != "idle":
            seen.append(k.receive(k.iopub, 10))
    except (ValueError, TimeoutError, zmq.ZMQError) as error:
        drain()
        return check(False, "dropped: " + name, "%s; %s" % (error, k.log()))
    strange = [m for m in seen if m["parent_header"].get("msg_id") != asked]
    if strange:
        drain()
    return check(not strange, "dropped: " + name, strange)


# -- who is not the client: no signature, another key's, one that was used before
message = signed(header())
dropped("a message without a signature", message[:1] + [b""] + message[2:])
dropped("a signature of another key", message[:1] + [b"a" * 64] + message[2:])
dropped("a signature of other contents", message[:5] + [b'{"a": 1}'])
for name, channel in ("shell", k.shell), ("control", k.control_socket):
    once = signed(header())
    channel.send_multipart(once)
    check(channel.poll(5000), "a message on %s is answered once" % name)
    drain()
    dropped("the same again on " + name, once, channel)
    dropped("and on the other channel, from " + name, once, k.control_socket if channel is k.shell else k.shell)
cell = signed(header("execute_request"), json.dumps({"code": "kept++;", "silent": True}).encode())
k.shell.send_multipart(cell)
check(k.shell.poll(10000), "a cell")
drain()
dropped("a cell that is sent once more", cell)
check(k.run("kept--").value == "21" and lives(), "the cell has run once", k.run("kept").value)

# -- what is no message
for count in range(6):
    dropped("%d frames of six" % count, message[:count] or [b""])
for size in 0, 1, 100, len(message[2]) - 1:
    dropped("a header that is cut off after %d bytes" % size, signed(message[2][:size]))
dropped("a header with something behind it", signed(message[2] + b" {}"))
dropped("a header with a zero byte", signed(message[2] + b"\0"))
dropped("a header that is a list", signed(b"[" + message[2] + b"]"))
dropped("a header without a type", signed(b'{"msg_id": "1"}'))
dropped("a type that is a number", signed(b'{"msg_id": "1", "msg_type": 7}'))
dropped("a header in bytes that are no UTF-8", signed(header().replace(b"2026", b"\xff\xfe\xfd2")))
dropped("a content in bytes that are no UTF-8", signed(header("execute_request"), b'{"code": "puts (\\"\xff\\");"}'))
dropped("a content that ends inside a character", signed(header("execute_request"), b'{"code": "\xe2\x82'))
dropped("half a surrogate pair", signed(header("execute_request"), b'{"code": "\\ud800"}'))
for deep in 1001, 100000, 5000000:
    dropped("%d brackets, one in the other" % deep, signed(header(), b'{"a": ' + b"[" * deep + b"]" * deep + b"}"))
dropped("a content that is no object", signed(header("execute_request"), b'"code"'))
dropped("three hundred frames", [b"x"] * 300)
dropped("thirty frames of four megabytes", [b"x" * (4 << 20)] * 30)
check(lives() and memory() < 200, "their memory is given back", "%d MB" % memory())

# -- a peer that is no client at all: zmq closes its connection
alone = k.context.socket(zmq.DEALER)
alone.linger = 0
alone.connect(k.address("shell"))
alone.send(b"x" * (65 << 20))
time.sleep(0.3)
check(lives() and memory() < 200, "a frame of 65 megabytes ends its connection", "%d MB" % memory())
alone.close()
for noise in (os.urandom(4096), b"GET / HTTP/1.0\r\n\r\n", b"\xff" + b"\0" * 7 + b"\x7f", b""):
    for port in "shell", "control", "stdin", "iopub", "hb":
        with socket.create_connection(("127.0.0.1", k.info[port + "_port"])) as raw:
            raw.sendall(noise)
check(lives(), "bytes that are no ZeroMQ, on every port")
listener = k.context.socket(zmq.SUB)
listener.linger = 0
listener.connect(k.address("iopub"))
for topic in b"\xff\xfe", b"a\0b", b'"', b"x" * 100000:
    listener.setsockopt(zmq.SUBSCRIBE, topic)
time.sleep(0.2)
spoken = []
while k.iopub.poll(100):
    spoken.append(k.iopub.recv_multipart()[-1])
try:
    said = [json.loads(s.decode()) for s in spoken]
    check(lives(), "odd subscriptions are welcomed in JSON or not at all")
except ValueError as error:
    check(False, "odd subscriptions are welcomed in JSON or not at all", error)
listener.close()

# -- a zero byte in the text of a cell: C knows none, and what stands behind it must not be lost unseen
r = k.run("int before_zero = 1;\nint at\0zero = 2;\nbefore_zero = 3;")
check(r.error and "cell[" in r.error and ":2: error: a zero byte (\\u0000) stands in this line" in r.error, "a zero byte in a cell is refused, with its line", r.error)
check("undeclared" in (k.run("before_zero").error or ""), "and nothing of the cell is run")
r = k.run("kept", user_expressions={"a": "kept +\0 1", "b": "kept + 2"})
found = r.reply["content"].get("user_expressions", {})
check("zero byte" in found.get("a", {}).get("evalue", "") and found.get("b", {}).get("data") == {"text/plain": "22"}, "in an expression too", found)
check(k.run('sizeof "\\\\u0000"').value == "7", "a backslash before u0000 is none")
notebook = os.path.join(k.home, "zero.ipynb")
with open(notebook, "w") as file:
    json.dump({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": "code", "id": "a", "metadata": {}, "source": "1;\n2 \0+ 3", "outputs": [], "execution_count": None}]}, file)
done_by = subprocess.run([NN_KERNEL, "--run", notebook, "-o", notebook + ".out"], capture_output=True, text=True, env=k.environment)
with open(notebook + ".out") as file:
    check(done_by.returncode == 1 and "zero byte" in file.read(), "in a notebook that is run without Jupyter", done_by.stderr)

# -- requests with contents of every wrong type: an answer to each, of its own kind
for kind in "execute", "complete", "inspect", "is_complete", "history", "comm_info", "kernel_info", "interrupt":
    for wrong in (None, True, -1, 1e308, 2 ** 63, "", "x" * 1000, [], [[]], {}, {"code": {}}):
        content = {key: wrong for key in ("code", "silent", "store_history", "user_expressions", "allow_stdin", "stop_on_error", "cursor_pos",
                                          "detail_level", "output", "raw", "hist_access_type", "session", "start", "stop", "n", "pattern",
                                          "unique", "target_name")}
        sent = k.session.send(k.shell, kind + "_request", content)["header"]["msg_id"]
        reply = k.receive(k.shell)
        if reply["msg_type"] != kind + "_reply" or reply["parent_header"]["msg_id"] != sent:
            check(False, "%s_request with %r everywhere" % (kind, wrong), reply)
    check(lives(), kind + "_request with values of every wrong type")
r = k.run("kept", user_expressions={"good": "kept + 1", "bad": "no_such", "odd": 7, "crash": "abort ()", "": "1"})
expressions = r.reply["content"]["user_expressions"]
check(expressions["good"]["data"]["text/plain"] == "21" and expressions["bad"]["status"] == "error" == expressions["crash"]["status"],
      "user expressions that are wrong say so, and the others are answered", expressions)
check(lives(), "and lose nothing")
for code, kind in (("if (1) " * 200000 + ";", "is_complete_request"), ("{" * 300000, "is_complete_request"), ("a: " * 200000, "is_complete_request"),
                   ("do " * 200000, "is_complete_request"), ("f (1) " * 200000, "is_complete_request"), ("(" * 300000, "complete_request"),
                   ("else " * 200000, "inspect_request"), ("struct { " * 100000, "complete_request")):
    k.session.send(k.shell, kind, {"code": code, "cursor_pos": len(code)})
    answered = k.shell.poll(20000) and k.receive(k.shell)["content"]
    check(answered and lives(), "%s of %r, two hundred thousand times" % (kind, code[:8]), k.log())
sent = k.send("int x;\n" + "if (x) " * 100000 + "x++;")
time.sleep(1)
k.control("interrupt_request")
r = k.collect(sent)
check(r.status == "error" and lives(), "a cell on which the compiler would work for ever can be interrupted", str(r.error)[:300])
r = k.run("int y = 0; " + "y++; " * 5000 + "".join("int y%d = %d; " % (i, i) for i in range(1000)) + "\ny + y999")
check(r.value == "5999" and memory() < 400, "six thousand statements and declarations in one line", "%s %d MB" % (r.error, memory()))
r = k.run("int wide[] = { " + "1, " * 100000 + "};\nsizeof wide / sizeof *wide")
check(r.value == "100000", "a cell of 300 KB runs", r.error)

# -- clients that vanish
gone = k.context.socket(zmq.DEALER)
gone.linger = 500
gone.setsockopt(zmq.IDENTITY, b"soon-gone")
gone.connect(k.address("shell"))
k.session.send(gone, "execute_request", dict(code='usleep (500000); for (int i = 0; i < 100000; i++) printf ("%d\\n", i);\nkept + 2',
                                             silent=False, store_history=True, user_expressions={}, allow_stdin=True))
time.sleep(0.2)
gone.close()
began = time.time()
check(lives() and time.time() - began < 10, "a client that vanishes while its cell runs", "%.1f s" % (time.time() - began))
asker = k.context.socket(zmq.DEALER)
asker.linger = 500
asker.connect(k.address("shell"))
k.session.send(asker, "execute_request", dict(code="int typed = getchar ();", silent=False, allow_stdin=True, stop_on_error=False, user_expressions={}))
time.sleep(0.3)
asker.close()
check(k.control("interrupt_request")["status"] == "ok" and lives(), "one that vanishes while it is asked for input")
deaf = k.socket("iopub", zmq.SUB)
deaf.rcvhwm = 1
k.run('for (int i = 0; i < 2000; i++) { printf ("%d\\n", i); fflush (stdout); }')
check(lives(), "a listener that never reads")
deaf.close()

# -- fifty at once
clients = []
for i in range(50):
    shell = k.context.socket(zmq.DEALER)
    shell.linger = 0
    shell.connect(k.address("shell"))
    clients.append((shell, k.socket("iopub", zmq.SUB)))
began = time.time()
for i, (shell, _) in enumerate(clients):
    k.session.send(shell, "complete_request", dict(code="kep", cursor_pos=3))
    if i % 5 == 0:
        k.session.send(shell, "execute_request", dict(code="", silent=False, store_history=True, user_expressions={"it": "kept + %d" % i}))
right = 0
for i, (shell, _) in enumerate(clients):
    for _ in range(2 if i % 5 == 0 else 1):
        if shell.poll(60000):
            content = k.session.recv(shell, mode=0)[1]["content"]
            told = content.get("user_expressions", {}).get("it", {}).get("data", {}).get("text/plain")
            right += content.get("matches") == ["kept"] or told == str(20 + i)
check(right == 60, "fifty clients at once, ten with cells: each gets its own answers", "%d of 60, %.1f s" % (right, time.time() - began))
heard = sum(iopub.poll(5000) > 0 for _, iopub in clients)
check(heard == 50 and lives(), "and each hears", heard)
for shell, iopub in clients:
    shell.close()
    iopub.close()
left = k.end()
check(left == [], "nothing is left behind", left)

# -- connection files
home = tempfile.mkdtemp(prefix="nn-bad-")
ports = {}
for port in "shell", "control", "stdin", "iopub", "hb":
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ports[port + "_port"] = free.getsockname()[1]
WHOLE = dict(ports, ip="127.0.0.1", transport="tcp", key="k", signature_scheme="hmac-sha256")


def start(content, mode=0o600):
    """Starts a kernel with this file; its process."""
    path = os.path.join(home, "connection.json")
    if os.path.lexists(path):
        os.remove(path)
    if content is not None:
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else json.dumps(content).encode())
        os.chmod(path, mode)
    return subprocess.Popen([NN_KERNEL, path], env=dict(os.environ, HOME=home, TMPDIR=home), text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def refused(name, content, *words):
    process = start(content)
    try:
        out, err = process.communicate(timeout=20)
        good = process.returncode == 1 and err.count("\n") == 1 and all(w in err for w in words) and not out
        check(good, "connection file: " + name, "%s %r" % (process.returncode, err))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        check(False, "connection file: " + name, "it serves")


def without(key):
    return {k: v for k, v in WHOLE.items() if k != key}


refused("missing", None, "connection.json", "No such file")
refused("empty", b"", "connection.json")
refused("no JSON", b"\x7fELF" + os.urandom(100), "connection.json")
refused("cut off", json.dumps(WHOLE).encode()[:-1], "connection.json")
refused("a list", [1, 2], "connection.json")
for port in ports:
    refused("without " + port, without(port), "connection.json", port)
refused("without a key", without("key"), "connection.json", "key")
refused("a key that is a number", dict(WHOLE, key=7), "connection.json", "key")
refused("without an address", without("ip"), "connection.json", "ip")
refused("without a transport", without("transport"), "connection.json", "transport")
refused("an unknown transport", dict(WHOLE, transport="udp"), "connection.json", "udp", "tcp")
refused("another signature", dict(WHOLE, signature_scheme="hmac-md5"), "connection.json", "hmac-md5", "hmac-sha256")
for number in -1, 65536, 1e9, "77", None:
    refused("shell_port %r" % (number,), dict(WHOLE, shell_port=number), "connection.json", "shell_port")
with socket.socket() as taken:
    taken.bind(("127.0.0.1", ports["iopub_port"]))
    taken.listen()
    refused("a port in use", WHOLE, "iopub_port", str(ports["iopub_port"]), "in use")
refused("an address that is not ours", dict(WHOLE, ip="203.0.113.7"), "shell_port", "203.0.113.7")
refused("a folder that is not there", dict(WHOLE, transport="ipc", ip="/nowhere/at/all"), "shell_port", "/nowhere/at/all")
process = start(None)
process.wait(20)
process = subprocess.Popen([NN_KERNEL, home], stderr=subprocess.PIPE, text=True)
check("no file" in process.communicate(timeout=20)[1] and process.returncode == 1, "connection file: a folder")
for mode, warned in (0o600, False), (0o640, True), (0o604, True), (0o666, True):
    process = start(WHOLE, mode)
    time.sleep(1)
    process.terminate()
    _, err = process.communicate(timeout=20)
    check(("others can read it" in err) == warned, "connection file: mode %o is %s" % (mode, "warned of" if warned else "fine"), err)
process = start(dict(WHOLE, key=""))
time.sleep(1)
process.terminate()
_, err = process.communicate(timeout=20)
check("key is empty" in err, "connection file: an empty key is warned of", err)
shutil.rmtree(home, ignore_errors=True)
done()
