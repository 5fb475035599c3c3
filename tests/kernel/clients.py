#!/usr/bin/python3
"""The world outside: a client that never reads stalls nothing, and a full disk fails the cell with a sentence."""
import os
import subprocess
import sys
import tempfile
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
# -- a disk of 12 MB, which fills up
disk = tempfile.mkdtemp()
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", disk], capture_output=True).returncode:
    print("skip a full disk: no file system can be mounted here")
else:
    try:
        k = Kernel(environment={"TMPDIR": disk})
        k.run("int x = 5;")
        with open(os.path.join(disk, "fill"), "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        r = k.run("x + 1")
        check(r.status == "error" and "no room in" in r.error and "No space left" in r.error, "a full disk is named", r.error)
        os.unlink(os.path.join(disk, "fill"))
        check(k.run("x + 2").value == "7", "and when there is room again, cells run and the state is there")
        check(k.end() == [] and os.listdir(disk) == [], "nothing is left on it", os.listdir(disk))
    finally:
        subprocess.run(["umount", disk], check=True)
os.rmdir(disk)
done()
