#!/usr/bin/python3
"""JupyterLab's own client library, @jupyterlab/services, under node, against a server and the kernel (lab/client.js).

npm fetches the library, as lab/package-lock.json pins it, into the test's own folder; without npm, or where npm cannot
fetch it, the test is skipped.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import HERE, NN_KERNEL, check, done, gone, living_in


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


def start_server(home):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = dict(os.environ, HOME=home, JUPYTER_DATA_DIR=home + "/data", JUPYTER_CONFIG_DIR=home + "/config",
                       JUPYTER_RUNTIME_DIR=home + "/runtime")
    r = subprocess.run([NN_KERNEL, "--install"], env=environment, capture_output=True, text=True)
    check(r.returncode == 0, "the kernel installs into a fresh home", r.stderr)
    log = open(home + "/server.log", "w")
    server = subprocess.Popen(["/usr/bin/jupyter-notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=%d" % port,
                               "--NotebookApp.token=", "--NotebookApp.password=", "--NotebookApp.disable_check_xsrf=True",
                               "--notebook-dir=" + home], env=environment, stdout=log, stderr=log, start_new_session=True)
    url = "http://127.0.0.1:%d/" % port
    for _ in range(150):
        try:
            urllib.request.urlopen(url + "api", timeout=2).close()
            return server, url
        except OSError:
            time.sleep(0.2)
    return server, None


def main():
    home = tempfile.mkdtemp(prefix="nn-lab-")
    server = None
    try:
        install_library(home)
        shutil.copy(os.path.join(HERE, "lab", "client.js"), home)
        server, url = start_server(home)
        with open(home + "/server.log") as log:
            if check(url, "the server answers", log.read()[-500:]):
                r = subprocess.run(["node", "client.js", url], cwd=home, text=True, stdout=subprocess.PIPE, timeout=60)
                print(r.stdout, end="")
                check(r.returncode == 0 and "ok shutdown" in r.stdout, "JupyterLab's client is content", r.returncode)
                check(gone(living_in(home), 10), "no kernel is left behind", living_in(home))
    finally:
        if server:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)
        shutil.rmtree(home, ignore_errors=True)
    done()


main()
