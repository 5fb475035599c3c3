#!/usr/bin/python3
"""The notebook of chapter 4 in a real browser: the classic Notebook in headless Chromium runs all cells and shows the curve.

Everything happens in a folder of its own: a fresh HOME, the kernel installed there, a copy of the notebooks. NOTEBOOK=name
takes another chapter's. The last picture of the page stays in build/tests/notebook-NAME.png.
"""
import glob
import os
import shutil
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, ROOT + "/tests/kernel")
from harness import check, done
from frontends import Server, open_notebook, start_browser, wait_for

LIMIT = 240  # seconds for all cells
LEFT = ("return Jupyter.notebook.get_cells().filter(c => c.cell_type == 'code' && c.get_text().trim()"
        " && (c.input_prompt_number == null || c.input_prompt_number == '*')).length")


def run_notebook(browser, server, name):
    if not open_notebook(browser, server, name + ".ipynb"):
        return
    browser.execute_script("Jupyter.notebook.execute_all_cells()")
    finished = wait_for(lambda: browser.execute_script(LEFT) == 0, LIMIT, 0.2)
    check(finished is not None, f"{name}: all cells have run", f"{browser.execute_script(LEFT)} are left after {LIMIT} s")
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
        done()
    home = tempfile.mkdtemp(prefix="nn-notebook-")
    os.makedirs(f"{home}/book")
    shutil.copytree(f"{ROOT}/notebooks", f"{home}/book/notebooks")
    os.symlink(f"{ROOT}/chapters", f"{home}/book/chapters")
    os.makedirs(f"{ROOT}/build/tests", exist_ok=True)
    server, browser = Server(home, f"{home}/book/notebooks"), None
    try:
        if server.answers:
            browser = start_browser(home)
            run_notebook(browser, server, os.path.basename(paths[0]).removesuffix(".ipynb"))
    finally:
        if browser:
            browser.quit()
        server.end()
        shutil.rmtree(home, ignore_errors=True)
    done()


main()
