"""A Jupyter server and a browser for the tests: each with a fresh HOME, the kernel registered there, and nothing left afterwards."""
import glob
import os
import signal
import socket
import subprocess
import time
import urllib.request

from harness import ROOT, check


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def wait_for(what, seconds, step=0.1):
    """What `what` gives as soon as it is true, or None."""
    end = time.time() + seconds
    while time.time() < end:
        got = what()
        if got:
            return got
        time.sleep(step)
    return None


class Server:
    """The classic Notebook's server, which shows the notebooks in `folder`."""

    def __init__(self, home, folder):
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = "http://127.0.0.1:%d/" % self.port
        environment = dict(os.environ, HOME=home, JUPYTER_DATA_DIR=home + "/data", JUPYTER_CONFIG_DIR=home + "/config",
                           JUPYTER_RUNTIME_DIR=home + "/runtime", JUPYTER_ALLOW_INSECURE_WRITES="1")
        r = subprocess.run(["make", "--no-print-directory", "-C", ROOT, "install"], env=environment, capture_output=True, text=True)
        check(r.returncode == 0, "the kernel installs into a fresh home", r.stderr)
        self.log = open(home + "/server.log", "w")
        self.process = subprocess.Popen(
            ["/usr/bin/jupyter-notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=%d" % self.port, "--NotebookApp.token=",
             "--NotebookApp.password=", "--NotebookApp.disable_check_xsrf=True", "--notebook-dir=" + folder],
            env=environment, stdout=self.log, stderr=self.log, start_new_session=True)
        self.answers = check(wait_for(self.is_up, 60), "the notebook server answers", read(home + "/server.log")[-500:])

    def is_up(self):
        try:
            urllib.request.urlopen(self.url + "api", timeout=2).close()
            return True
        except OSError:
            return False

    def end(self):
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)
        self.log.close()
        wait_for(lambda: not self.left(), 5)
        left = self.left()
        check(not left, "no kernel, server or browser is left behind", "; ".join(left))

    def left(self):
        """The processes that have our home in their command."""
        mine = "/proc/%d/cmdline" % os.getpid()
        return [read(p)[:80] for p in glob.glob("/proc/[0-9]*/cmdline") if p != mine and self.home in read(p)]


def start_browser(home):
    """Chromium without a screen, driven by selenium."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--window-size=1100,1400", "--user-data-dir=" + home + "/browser"):
        options.add_argument(flag)
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


READY = ("return typeof Jupyter != 'undefined' && Jupyter.notebook && Jupyter.notebook.kernel"
         " && Jupyter.notebook.kernel.is_connected() && Jupyter.notebook.get_cells().length > 1")


def open_notebook(browser, server, name):
    """Shows the notebook and waits for its kernel."""
    browser.get(server.url + "notebooks/" + name)
    return check(wait_for(lambda: browser.execute_script(READY), 60), "%s opens and its kernel connects" % name, "not in 60 s")
