#!/usr/bin/python3
"""jupyter-console, the terminal front end: typed cells, a crash in between, the values that come back."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import NN_KERNEL, check, done, gone, living_in

CONSOLE = "/usr/bin/jupyter-console"
if not os.path.exists(CONSOLE):
    print("skip jupyter-console: it is not installed (.ci/install test)")
    sys.exit(0)
home = tempfile.mkdtemp(prefix="nn-console-")
environment = dict(os.environ, HOME=home, JUPYTER_DATA_DIR=home + "/data", JUPYTER_CONFIG_DIR=home + "/config",
                   JUPYTER_RUNTIME_DIR=home + "/runtime", TMPDIR=home)
subprocess.run([NN_KERNEL, "--install"], env=environment, stdout=subprocess.DEVNULL, check=True)
typed = "int twice (int v) { return 2 * v; }\ntwice (21)\nabort ();\nprintf (\"%d lives on\\n\", twice (4));\n"
r = subprocess.run([CONSOLE, "--kernel", "nn-c", "--simple-prompt"], input=typed, env=environment, cwd=home, text=True, timeout=60,
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
check("C, layer by layer" in r.stdout, "the console greets with our banner", r.stdout)
check("Out[2]: 42" in r.stdout, "a value", r.stdout)
check("SIGABRT" in r.stdout and "cell[3]:1" in r.stdout, "a crash is told", r.stdout)
check("8 lives on" in r.stdout, "and the next cell runs", r.stdout)
check(gone(living_in(home), 10), "its end ends the kernel", living_in(home))
shutil.rmtree(home, ignore_errors=True)
done()
