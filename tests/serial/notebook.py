#!/usr/bin/python3
"""The notebook of chapter 4 in a real browser: the classic Notebook in headless Chromium runs all cells and shows the curve.

Everything happens in a folder of its own: a fresh HOME, the kernel installed there, a copy of the notebooks. NOTEBOOK=name
takes another chapter's. The last picture of the page stays in build/tests/notebook-NAME.png.
"""
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIMIT = 240  # seconds for all cells
bad = 0


def check(holds, name, why=""):
    global bad
    bad += not holds
    print(f"ok {name}" if holds else f"not ok {name}: {why}", flush=True)
    return holds


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, seconds, step=0.2):
    end = time.time() + seconds
    while time.time() < end:
        got = what()
        if got:
            return got
        time.sleep(step)
    return None


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=2)
        return True
    except OSError:
        return False


def start_server(home, port):
    env = dict(os.environ, HOME=home, JUPYTER_DATA_DIR=f"{home}/data", JUPYTER_CONFIG_DIR=f"{home}/config",
               JUPYTER_RUNTIME_DIR=f"{home}/runtime", JUPYTER_ALLOW_INSECURE_WRITES="1")
    done = subprocess.run(["make", "--no-print-directory", "-C", ROOT, "install"], env=env, capture_output=True, text=True)
    check(done.returncode == 0, "the kernel installs into a fresh home", done.stderr.strip())
    log = open(f"{home}/server.log", "w")
    return subprocess.Popen(["/usr/bin/jupyter-notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
                             "--NotebookApp.token=", "--NotebookApp.password=", f"--notebook-dir={home}/book/notebooks"],
                            env=env, stdout=log, stderr=log, start_new_session=True)


def start_browser(home):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--window-size=1100,1400", f"--user-data-dir={home}/browser"):
        options.add_argument(flag)
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


READY = ("return typeof Jupyter != 'undefined' && Jupyter.notebook && Jupyter.notebook.kernel"
         " && Jupyter.notebook.kernel.is_connected() && Jupyter.notebook.get_cells().length > 1")
LEFT = ("return Jupyter.notebook.get_cells().filter(c => c.cell_type == 'code' && c.get_text().trim()"
        " && (c.input_prompt_number == null || c.input_prompt_number == '*')).length")


def run_notebook(browser, url, name):
    browser.get(url)
    if not check(wait_for(lambda: browser.execute_script(READY), 60), f"{name}: opens and its kernel connects", "not in 60 s"):
        return
    browser.execute_script("Jupyter.notebook.execute_all_cells()")
    done = wait_for(lambda: browser.execute_script(LEFT) == 0, LIMIT)
    check(done is not None, f"{name}: all cells have run", f"{browser.execute_script(LEFT)} are left after {LIMIT} s")
    time.sleep(1)
    errors = browser.execute_script("return Array.from(document.querySelectorAll('.output_error')).map(e => e.innerText.slice(0, 200))")
    check(not errors, f"{name}: no cell failed", "; ".join(errors))
    drawn = browser.execute_script(
        "return Array.from(document.querySelectorAll('.output_svg svg, .output_svg img, .output_png img'))"
        ".filter(e => e.getBoundingClientRect().height > 100).length")
    check(drawn > 0, f"{name}: the curve is on the page", "no figure is")
    height = browser.execute_script("var s = document.getElementById('site'); return s ? s.scrollHeight : 3000")
    browser.set_window_size(1100, min(height + 200, 12000))
    browser.save_screenshot(f"{ROOT}/build/tests/notebook-{name}.png")
    browser.execute_script("Jupyter.notebook.session.delete()")


def main():
    wanted = os.environ.get("NOTEBOOK", "04")
    paths = glob.glob(f"{ROOT}/notebooks/{wanted}*.ipynb")
    if not check(len(paths) == 1, f"there is a notebook {wanted}", f"found {paths}"):
        return 1
    home = tempfile.mkdtemp(prefix="nn-notebook-")
    os.makedirs(f"{home}/book")
    shutil.copytree(f"{ROOT}/notebooks", f"{home}/book/notebooks")
    os.symlink(f"{ROOT}/chapters", f"{home}/book/chapters")
    os.makedirs(f"{ROOT}/build/tests", exist_ok=True)
    port = free_port()
    server = start_server(home, port)
    browser = None
    try:
        if check(wait_for(lambda: answers(f"http://127.0.0.1:{port}/api"), 60), "the notebook server answers", "not in 60 s"):
            browser = start_browser(home)
            name = os.path.basename(paths[0])
            run_notebook(browser, f"http://127.0.0.1:{port}/notebooks/{name}", name.removesuffix(".ipynb"))
            time.sleep(2)
    finally:
        if browser:
            browser.quit()
        os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(3)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(10)
    time.sleep(1)
    left = [p for p in glob.glob("/proc/[0-9]*/cmdline") if home in read(p)]
    check(not left, "no kernel, server or browser is left behind", ", ".join(read(p)[:80] for p in left))
    shutil.rmtree(home, ignore_errors=True)
    return bad > 0


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


sys.exit(main())
