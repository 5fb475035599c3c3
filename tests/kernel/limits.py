#!/usr/bin/python3
"""What a cell may take: memory, time, processes, output, network; as options, from the environment, and their mistakes."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import NN_KERNEL, Kernel, check, done, gone


def rss(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1]) / 1024


# -- mistakes on the command line, and what --help says
text = subprocess.run([NN_KERNEL, "--help"], capture_output=True, text=True).stdout
check(all(word in text for word in ("--memory", "--time-limit", "--processes", "--output", "--network", "NNK_TIME_LIMIT")),
      "--help names the limits and their variables", text)
for words, variable, said in ((["--memory", "much"], None, "--memory takes a number of MB from 1 on, not 'much'"),
                              (["--memory"], None, "--memory needs an argument"),
                              (["--time-limit", "-1"], None, "--time-limit takes a number of seconds from 0.001 on, not '-1'"),
                              (["--processes", "2.5"], None, "--processes takes a number of processes from 1 on, not '2.5'"),
                              (["--network", "maybe"], None, "--network takes yes or no, not 'maybe'"),
                              (["--outputs", "5"], None, "did you mean '--output'"),
                              ([], ("NNK_OUTPUT", "lots"), "NNK_OUTPUT takes a number of MB from 1 on, not 'lots'")):
    run = subprocess.run([NN_KERNEL, "nowhere.json", *words], capture_output=True, text=True, timeout=20,
                         env={**os.environ, **({variable[0]: variable[1]} if variable else {})})
    check(run.returncode == 2 and said in run.stderr, "refused: %s" % " ".join(words or ["%s=%s" % variable]), run.stderr)

# -- kernel.json carries them
k = Kernel()
data = os.path.join(k.home, "data2")
subprocess.run([NN_KERNEL, "--install", "--data-dir", data, "--memory", "300", "--time-limit", "2.5", "--network", "no"],
               capture_output=True, check=True)
argv = json.load(open(os.path.join(data, "kernels", "nn-c", "kernel.json")))["argv"]
check(argv[2:] == ["--memory", "300", "--time-limit", "2.5", "--network", "no"], "kernel.json carries the limits", argv)

# -- output: a million lines in order with displays; 10 GB are cut
r = k.run("for (int i = 0; i < 1000000; i++) { printf (\"epoch %d loss %f\\n\", i, 1.0 / (i + 1)); "
          "if (i % 100000 == 0) nnk_display (\"text/plain\", \"mark\", 0); }")
lines = r.stream().splitlines()
at, right = 0, True
for m in r.messages:
    if m["msg_type"] == "stream":
        at += m["content"]["text"].count("\n")
    elif m["msg_type"] == "display_data":
        right &= at % 100000 == 1
check(len(lines) == 1000000 and lines[-1] == "epoch 999999 loss 0.000001" and right and len(r.of("display_data")) == 10,
      "a million lines, ten displays each in its place", "%d lines, %s" % (len(lines), right))
check(len(r.of("stream")) < 1000 and rss(k.process.pid) < 100, "in %d messages, with %.0f MB at most" % (len(r.of("stream")), rss(k.process.pid)))
del lines, r
began = time.time()
r = k.run("int x = 3; char *block = malloc (1 << 20); memset (block, 'x', 1 << 20); for (int i = 1; i <= 1 << 14; i++) block[64 * i - 1] = '\\n';\n"
          "for (int i = 0; i < 10240; i++) fwrite (block, 1 << 20, 1, stdout);\nnnk_display (\"text/plain\", \"late\", 0);\nx")
took, size = time.time() - began, len(r.stream())
check(r.status == "ok" and r.value == "3" and 50 << 20 <= size < 51 << 20 and not r.of("display_data")
      and r.stream().endswith("]\n") and "has shown 50 MB, which is the limit" in r.stream()[-300:] and "--output MB" in r.stream()[-300:]
      and r.stream().count("which is the limit") == 1, "10 GB are cut after 50 MB with a sentence (%.1f s)" % took, "%s %d %s" % (r.status, size, r.stream()[-300:]))
check(rss(k.process.pid) < 150, "and the kernel needs %.0f MB at most" % rss(k.process.pid))
r = k.run("puts (\"next\"); x")
check(r.stream() == "next\n" and r.value == "3", "the next cell prints again", r.stream())
r = k.run("for (int i = 0; i < 3; i++) { for (int j = 0; j < 30; j++) fwrite (block, 1 << 20, 1, stdout); nnk_clear_output (false); }\nputs (\"end\");")
check(r.stream().endswith("end\n") and "limit" not in r.stream()[-300:], "what was cleared does not count", r.stream()[-200:])
r = k.run("system (\"head -c 60000000 /dev/zero | tr '\\\\0' y\");")
check("which is the limit" in r.stream()[-300:], "a child's output is cut too", r.stream()[-200:])
check(k.end() == [], "nothing is left behind")

# -- memory, time, processes, network
k = Kernel("--memory", "400", "--time-limit", "0.5", "--processes", "10", "--network", "no", "--output", "1")
r = k.run("int kept = 5; malloc (500 << 20) == NULL")
check(r.value == "1", "--memory: malloc returns NULL beyond it", r.value or r.error)
r = k.run("kept++; for (;;);")
check(r.status == "error" and r.reply["content"]["ename"] == "TimeLimit" and "longer than 0.5 s" in r.error and "is kept" in r.error,
      "--time-limit interrupts and keeps", r.error)
check(k.run("kept").value == "6", "and the cell's state is kept")
began = time.time()
r = k.run("#include <signal.h>\nkept++; sigset_t all; sigfillset (&all); sigprocmask (SIG_BLOCK, &all, NULL); for (;;);")
check(r.reply["content"].get("ename") == "TimeLimit" and "as it was before" in r.error and time.time() - began < 6, "--time-limit ends who does not listen", r.error)
check(k.run("kept").value == "6", "and goes back to before the cell")
r = k.run("kept++; for (int i = 0; i < 4; i++) fork ();\nfor (;;) pause ();")  # 16 processes, if they could
check(r.reply["content"].get("ename") == "ProcessLimit" and "10 processes" in r.error, "--processes: children without end are ended", r.error)
check(k.run("kept").value == "6" and len(k.at_work()) == 1, "and no child of it lives", k.family())
r = k.run("kept++; system (\"for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do sleep 30 & done; sleep 30\");")
check(r.reply["content"].get("ename") == "ProcessLimit", "also those of a program", r.error)
check(k.run("kept").value == "6" and len(k.at_work()) == 1, "and no child of it lives", k.family())
one = Kernel("--processes", "10")  # without the limit of time, which a busy machine would reach first
one.run("int kept = 6;")
r = one.run("#include <sys/wait.h>\nfor (int i = 0; i < 8; i++) if (fork () == 0) _exit (0);\nwhile (wait (NULL) > 0);\nkept")
check(r.value == "6", "fewer are allowed", r.error)
r = one.run("for (int turn = 0; turn < 5; turn++) { for (int i = 0; i < 8; i++) if (fork () == 0) _exit (0);\nwhile (wait (NULL) > 0); }\nkept")
check(r.value == "6", "and more one after the other", r.error)
check(one.end() == [], "and nothing of them is left")
r = k.run("fork ();\nfor (volatile int turn = 0;; turn++);")
check(r.reply["content"].get("ename") == "TimeLimit", "a cell that is interrupted together with its child", r.error)
check([k.run("kept + %d" % i).value for i in range(3)] == ["6", "7", "8"], "the child gives no answer in place of the next cells")
r = k.run("#include <sys/socket.h>\n#include <netinet/in.h>\nint s = socket (AF_INET, SOCK_STREAM, 0), e = errno; printf (\"%d %s\\n\", s, strerror (e)); int six = socket (AF_INET6, SOCK_DGRAM, 0), own = socket (AF_UNIX, SOCK_STREAM, 0); printf (\"%d %d\\n\", six, own > 0);")
check(r.stream() == "-1 Permission denied\n-1 1\n", "--network no: only local sockets", r.stream() or r.error)
r = k.run("system (\"/usr/bin/python3 -c 'import socket; socket.socket ()' 2>&1 | tail -1\");")
check("PermissionError" in r.stream(), "and so for children", r.stream())
r = k.run("for (int i = 0; i < 200000; i++) puts (\"0123456789\");")
check(1 << 20 <= len(r.stream()) < 1100000 and "shown 1 MB" in r.stream()[-300:], "--output 1", len(r.stream()))
check(k.end() == [], "nothing is left behind")

k = Kernel(environment={"NNK_MEMORY": "400", "NNK_TIME_LIMIT": "0.5", "NNK_PROCESSES": "10", "NNK_NETWORK": "no"})
r = k.run("#include <sys/socket.h>\nprintf (\"%d %d\\n\", malloc (500 << 20) == NULL, socket (AF_INET, SOCK_STREAM, 0));")
check(r.stream() == "1 -1\n", "limits from the environment", r.stream() or r.error)
check("longer than 0.5 s" in (k.run("for (;;);").error or ""), "also of time")
family = k.everybody()
check(k.end() == [] and gone(family), "nothing is left behind")
k = Kernel("--network", "yes", environment={"NNK_NETWORK": "no"})
r = k.run("#include <sys/socket.h>\nsocket (AF_INET, SOCK_STREAM, 0) > 0")
check(r.value == "1", "an option overrules the environment", r.value or r.error)
k.end()
done()
