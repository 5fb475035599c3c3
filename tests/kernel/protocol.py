#!/usr/bin/python3
"""The messaging protocol: signatures, malformed messages, both transports, the order of messages, input, history, aborts."""
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import zmq
from harness import Kernel, check, done

k = Kernel()
check(k.welcome["msg_type"] == "iopub_welcome" and k.welcome["content"] == {"subscription": ""}, "iopub_welcome greets a subscriber", k.welcome)
info = k.ask("kernel_info_request")
check(info["status"] == "ok" and info["implementation"] == "nn-c" and info["protocol_version"] == "5.4" and
      info["language_info"]["name"] == "c" and info["language_info"]["mimetype"] == "text/x-csrc" and
      info["language_info"]["file_extension"] == ".c" and info["language_info"]["codemirror_mode"] == "text/x-csrc", "kernel_info", info)
check(k.control("kernel_info_request")["status"] == "ok", "kernel_info on the control channel")
check(k.ask("comm_info_request") == {"status": "ok", "comms": {}}, "comm_info")

# -- signatures and malformed messages: no answer, no harm


def silence(frames, name, channel=None):
    """These frames get no answer, and the kernel goes on."""
    socket = channel or k.shell
    socket.send_multipart(frames)
    quiet = not socket.poll(150)
    return check(quiet and k.run("20 + 1").value == "21", name, "an answer came" if not quiet else "")


good = k.session.serialize(k.session.msg("kernel_info_request", {}))
silence([good[0], b"0" * 64] + good[2:], "a wrong signature")
silence([good[0], b""] + good[2:], "no signature")
silence([good[0], good[1][:63]] + good[2:], "a short signature")
silence([good[0], good[1] + b"0"] + good[2:], "a long signature")
silence(good[:2] + [good[2] + b" "] + good[3:], "a changed header")
silence(good[1:], "no delimiter")
silence(good[:4], "too few frames")
silence([b""] * 3, "empty frames")
silence([b"x"] * 100, "a hundred frames")
silence([os.urandom(1000)], "noise")


def signed(*parts):
    return [good[0], k.session.sign(list(parts)), *parts]


silence(signed(b"{", b"{}", b"{}", b"{}"), "a header that is no JSON")
silence(signed(b"[]", b"{}", b"{}", b"{}"), "a header that is a list")
silence(signed(b"{}", b"{}", b"{}", b"{}"), "a header without a type")
silence(signed(good[2], b"{}", b"{}", b"7"), "a content that is a number")
silence(signed(good[2], b"{}", b"{}", b"[" * 100000), "a content of a hundred thousand brackets")
silence(good[:1] + [b"0" * 64] + good[2:], "a wrong signature on control", k.control_socket)
odd = k.session.send(k.shell, "no_such_request", {})["header"]["msg_id"]
states = []
while states != ["busy", "idle"] and k.iopub.poll(2000):
    m = k.receive(k.iopub)
    if m["parent_header"].get("msg_id") == odd:
        states.append(m["content"].get("execution_state"))
check(states == ["busy", "idle"] and not k.shell.poll(50), "an unknown request is busy, idle and no more", states)
k.session.send(k.shell, "execute_request", {"code": 7, "silent": "yes", "user_expressions": [1, 2], "cursor": None})
k.receive(k.shell)
check(k.run("20 + 1").value == "21", "a request with fields of wrong types does no harm")
k.session.send(k.shell, "complete_request", {"code": "prin", "cursor_pos": 10 ** 9})
check(k.receive(k.shell)["content"]["status"] == "ok", "a cursor far behind the code")

# -- the messages of a cell
r = k.run('printf ("a\\n");\n6 * 7')
kinds = [m["msg_type"] + ":" + str(m["content"].get("execution_state", "")) for m in r.messages]
check(kinds == ["status:busy", "execute_input:", "stream:", "execute_result:", "status:idle"], "the order of the messages of a cell", kinds)
count = r.reply["content"]["execution_count"]
check(r.of("execute_input")[0]["execution_count"] == count == r.of("execute_result")[0]["execution_count"], "the count is the same in all")
r = k.run("nonsense nonsense nonsense")
kinds = [m["msg_type"] for m in r.messages]
check(kinds == ["status", "execute_input", "error", "status"] and r.reply["content"]["ename"] == "CompileError", "an error is one message", kinds)
r = k.run('int silent_one = 4;\nprintf ("x");\nsilent_one', silent=True)
check([m["msg_type"] for m in r.messages] == ["status", "status"] and r.status == "ok", "silent: nothing is published", r.messages)
r = k.run("silent_one", store_history=False)
check(r.value == "4" and r.reply["content"]["execution_count"] == count + 1, "neither silent nor store_history=False counts", r.reply["content"])
check(k.run("1").reply["content"]["execution_count"] == count + 2, "the next cell counts on")
check("user_expressions" in r.reply["content"] and r.reply["content"]["payload"] == [], "the reply is whole", r.reply["content"])

# -- the queue
ids = [k.send(code) for code in ("usleep (100000);", "abort ();", "int never = 1;", "int never2 = 1;")]
results = [k.collect(i) for i in ids]
check([r.status for r in results] == ["ok", "error", "aborted", "aborted"], "cells behind one that fails are aborted", [r.status for r in results])
check([m["content"].get("execution_state") for m in results[2].messages] == ["busy", "idle"], "busy and idle around an aborted cell")
ids = [k.send("abort ();", stop_on_error=False), k.send("int runs_on = 7;\nruns_on")]
results = [k.collect(i) for i in ids]
check(results[1].value == "7", "stop_on_error=False aborts nothing", results[1].error)
slow = k.send("for (;;) usleep (1000);")
while not any(m["msg_type"] == "execute_input" for _, m in k.early if m["parent_header"].get("msg_id") == slow):
    k.early.append((k.iopub, k.receive(k.iopub)))
found = k.ask("complete_request", {"code": "runs_o", "cursor_pos": 6})
check(found["matches"] == ["runs_on"], "completion while a cell runs", found)
check(k.control("kernel_info_request")["status"] == "ok", "the control channel answers while a cell runs")
heart = k.socket("hb", zmq.REQ)
heart.send(b"beat")
check(heart.poll(10000) and heart.recv() == b"beat", "the heart beats while a cell runs")
k.control("interrupt_request")
check(k.collect(slow).reply["content"]["ename"] == "Interrupt", "and then it is interrupted")
r = k.collect(k.send('for (int i = 0; i < 4; i++) { printf ("%d\\n", i); usleep (100000); }'))
check(len(r.of("stream")) >= 4, "output is live", r.of("stream"))

# -- input
r = k.run('int age; char name[40];\nprintf ("age? "); scanf ("%d", &age); getchar ();\nprintf ("name? "); fgets (name, 40, stdin);\n'
          'printf ("%d %s", age, name);', ["41", "Ada Lovelace"])
check(r.prompts == ["age? ", "name? "] and r.stream() == "41 Ada Lovelace\n", "scanf and fgets ask; the last line is the prompt", (r.prompts, r.stream()))
r = k.run('char *got = NULL; size_t room = 0; getline (&got, &room, stdin);\nchar raw[9] = ""; read (0, raw, 8);\nprintf ("%s%s", got, raw);', ["one", "two"])
check(r.stream() == "one\ntwo\n", "getline and read", r.messages)
r = k.run("int c1 = getchar (), c2 = getchar (), c3 = getchar ();\nprintf (\"%c%c%d\\n\", c1, c2, c3);", ["ab"])
check(r.stream() == "ab10\n", "getchar")
r = k.run("getchar ()", allow_stdin=False)
check(r.value == "-1", "without stdin there is the end of the file", r.messages)
message = k.send("int waits = getchar ();")
k.receive(k.stdin)
k.control("interrupt_request")
r = k.collect(message)
check(r.status == "error" and r.reply["content"]["ename"] == "Interrupt", "an interrupt ends the waiting for input", r.reply["content"])
check(k.run("getchar ()", ["z"]).value == "122", "and the next cell can ask again")

# -- history
k.run("11 * 11")
h = k.ask("history_request", {"hist_access_type": "tail", "n": 2, "output": True, "raw": True})["history"]
check([row[2] for row in h] == [["getchar ()", "122"], ["11 * 11", "121"]], "history: tail with output", h)
h = k.ask("history_request", {"hist_access_type": "search", "pattern": "11*", "output": False, "raw": True})["history"]
check(h and h[-1][2] == "11 * 11", "history: search", h)
check(k.end() == [], "nothing is left behind")

# -- ipc, a key that is empty, more than one client
k = Kernel(transport="ipc")
check(k.run("6 * 7").value == "42", "the ipc transport")
other = k.socket("iopub", zmq.SUB)
check(k.receive(other)["msg_type"] == "iopub_welcome", "a second client is welcome")
k.run("1")
check(other.poll(1000), "and hears")
k.run("int kept = 1;")
stopped = k.control("shutdown_request", {"restart": True})
k.process.wait(10)
check(stopped["restart"] is True and k.process.returncode == 0 and not os.listdir(k.tmp), "restart", stopped)
again = Kernel(environment={"XDG_DATA_HOME": k.environment["XDG_DATA_HOME"]})
h = again.ask("history_request", {"hist_access_type": "tail", "n": 1, "output": False, "raw": True})["history"]
check(h and h[0][2] == "int kept = 1;" and h[0][0] == 1, "the history lives across restarts", h)
count = h[0][1]
for code in "int second = 2;", "int third = 3;", "int second = 2;":
    again.run(code)


def history(**wanted):
    rows = again.ask("history_request", dict(dict(output=False, raw=True), **wanted))["history"]
    return [tuple(row) for row in rows]


check(history(hist_access_type="range", session=1, start=count, stop=count + 1) == [(1, count, "int kept = 1;")], "a range of an earlier session")
check(history(hist_access_type="range", session=-1, start=count, stop=count + 1) == [(1, count, "int kept = 1;")], "which may be counted back")
check(history(hist_access_type="range", session=0, start=2, stop=4) == [(2, 2, "int third = 3;"), (2, 3, "int second = 2;")], "a range of this session",
      history(hist_access_type="range", session=0, start=0, stop=9))
check(history(hist_access_type="search", pattern="int *= [12];", n=10)[-3:] == [(1, count, "int kept = 1;"), (2, 1, "int second = 2;"), (2, 3, "int second = 2;")],
      "a search goes through all sessions", history(hist_access_type="search", pattern="int *= [12];", n=10))
check([row[2] for row in history(hist_access_type="search", pattern="int *= [12];", n=2, unique=True)] == ["int kept = 1;", "int second = 2;"],
      "and names each cell once, if that is wished")
left = again.end()
check(left == [], "nothing is left behind at the end", left)
shutil.rmtree(k.home)
done()
