#!/usr/bin/python3
"""Clients that stand still: one that never reads costs a cell two seconds once, and neither the memory nor the others' messages."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import zmq
from harness import Kernel, check, done

k = Kernel()


def peak():
    with open("/proc/%d/status" % k.process.pid) as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1]) / 1024


flood = ('char *page = malloc (20001); memset (page, 120, 20000); page[20000] = 0;\n'
         'for (int i = 0; i < 2400; i++) nnk_display ("text/plain", page, 0);\n"the end"')


def flooded(name):
    began = time.time()
    r = k.run(flood)
    check(r.status == "ok" and r.value == '"the end"' and len(r.of("display_data")) == 2400, "2400 displays " + name,
          "%s %d" % (r.error, len(r.of("display_data"))))
    return time.time() - began


alone = flooded("to one who reads")
deaf = k.context.socket(zmq.SUB)
deaf.rcvhwm, deaf.linger = 1, 0
deaf.setsockopt(zmq.RCVBUF, 4096)
deaf.setsockopt(zmq.SUBSCRIBE, b"")
deaf.connect(k.address("iopub"))
time.sleep(0.3)
times = [flooded("beside a client that never reads") for turn in range(3)]
check(max(times) < 2 * alone + 5, "it costs a cell two seconds at most: %s s, and %.1f without it" % (", ".join("%.1f" % t for t in times), alone), times)
check(peak() < 200, "and the kernel needs %.0f MB at most" % peak())
deaf.close()
check(k.run("6 * 7").value == "42" and k.end() == [], "nothing is left behind")
done()
