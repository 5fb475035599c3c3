#!/usr/bin/python3
"""JupyterLab's own client library, @jupyterlab/services, under node, against a server and the kernel (lab/client.js).

npm fetches the library, as lab/package-lock.json pins it, into the test's own folder; without npm, or where npm cannot
fetch it, the test is skipped.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import HERE, check, done, gone, living_in
from frontends import Server


def skip(why):
    print("skip JupyterLab's client: " + why)
    sys.exit(0)


def install_library(home):
    if not shutil.which("npm") or not shutil.which("node"):
        skip("npm and node are not installed (.ci/install test)")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(HERE, "lab", name), home)
    try:
        r = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=home, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        skip("npm takes longer than two minutes")
    if r.returncode:
        skip("npm cannot fetch it: " + " ".join(r.stderr.split())[:200])


def main():
    home = tempfile.mkdtemp(prefix="nn-lab-")
    server = None
    try:
        install_library(home)
        shutil.copy(os.path.join(HERE, "lab", "client.js"), home)
        server = Server(home, home)
        if server.answers:
            r = subprocess.run(["node", "client.js", server.url], cwd=home, text=True, stdout=subprocess.PIPE, timeout=60)
            print(r.stdout, end="")
            check(r.returncode == 0 and "ok shutdown" in r.stdout, "JupyterLab's client is content", r.returncode)
            check(gone(living_in(home), 10), "no kernel is left behind", living_in(home))
    finally:
        if server:
            server.end()
        shutil.rmtree(home, ignore_errors=True)
    done()


main()
