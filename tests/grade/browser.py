#!/usr/bin/python3
"""The first five exercises in a real browser, as a new learner does them: %next, a wrong attempt typed into its cell, the report with
its picture of the difference, a hint, the right answer, %progress. The page after each report stays in build/tests/learner-*.png."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../kernel"))
from browser import Page, write_notebook, cell
from frontends import Server, open_notebook, start_browser, wait_for
from harness import BUILD, ROOT, check, done

from selenium.webdriver.common.keys import Keys

# exercise, function, a first attempt, its points, what is said of it, whether there is a picture of where it is wrong
ATTEMPTS = [
    ("01-1", "01-1-transpose", "for (int i = 0; i < rows; i++) for (int j = 0; j < cols; j++) y[i * cols + j] = x[j * rows + i];", 0, "should be", True),
    ("01-2", "01-2-gemm", "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) for (int p = 0; p < k; p++) c[i * n + j] += a[i * k + p] * b[p * n + j];", 0,
     "added to what c held before", False),
    ("01-3", "01-3-box-muller", "for (int i = 0; i < n; i++) x[i] = uniform (source);", 3, "the mean of", False),
    ("02-1", "02-1-split", "for (int i = 0; i < n; i++) second[i] = nn_random_uniform (random) < share;", 6, "forgot the classes", False),
    ("02-2", "02-2-standardise", "for (int i = 0; i < n_train * pixels * channels; i++) train[i] /= 255;", 0, "and should be", True),
]
LAST = "Jupyter.notebook.get_cells().slice(-1)[0]"


def answer(name):
    """The body that somebody else has written, right in another way, as a cell."""
    with open("%s/tests/grade/right/%s.c" % (ROOT, name)) as file:
        return file.read().split('#include "exercise.h"\n', 1)[1].strip()


def last(page):
    return page.js("return %s.get_text()" % LAST)


def idle(page, seconds=60):
    return wait_for(lambda: page.js("return %s.input_prompt_number" % LAST) not in (None, "*"), seconds)


def run_last(page):
    page.js("Jupyter.notebook.select(Jupyter.notebook.ncells() - 1); Jupyter.notebook.execute_cell()")
    idle(page)
    return page.text(-1)


def look(page, name):
    os.makedirs(BUILD + "/tests", exist_ok=True)
    page.js("%s.element[0].scrollIntoView({ block: 'end' })" % LAST)
    page.browser.save_screenshot("%s/tests/learner-%s.png" % (BUILD, name))


def exercise(page, number, name, attempt, points, words, picture):
    page.type("%next " + number)
    page.chord(Keys.CONTROL, Keys.ENTER)
    if not check(wait_for(lambda: "nn_todo" in last(page), 60), number + ": %next lays its beginning into a cell below", last(page)):
        return
    code = last(page)
    call = code[code.index("grade ("):]
    line = next(line for line in code.split("\n") if "nn_todo" in line)
    # the learner's keys: into the line that says so, in place of it
    page.js("var cm = %s.code_mirror; Jupyter.notebook.select(Jupyter.notebook.ncells() - 1);"
            "Jupyter.notebook.edit_mode(); cm.options.autoCloseBrackets = false; var n = cm.getValue().split('\\n').findIndex(l => l.includes('nn_todo'));"
            "cm.focus(); cm.setSelection({ line: n, ch: 0 }, { line: n, ch: cm.getLine(n).length })" % LAST)
    page.keys(attempt)
    check(attempt in last(page) and line not in last(page), number + ": what is typed stands in the cell", last(page))
    shown = run_last(page)
    plain = " ".join(shown.split())
    check("%d / 10" % points in plain and words in plain, number + ": the first attempt gets %d points and its mistake in words" % points, plain)
    drawn = page.js("return %s.element.find('.output svg, .output img').length" % LAST)
    if picture:
        check(drawn, number + ": the picture of the difference", plain)
    look(page, number)
    hint = page.run("%hint " + number, 60)
    check("hint 1 of 3" in " ".join(hint.split()).lower(), number + ": a hint", hint)
    page.js("Jupyter.notebook.insert_cell_at_bottom('code').set_text(arguments[0])", answer(name) + "\n\n" + call)
    plain = " ".join(run_last(page).split())
    check("10 / 10" in plain, number + ": the right answer gets all points", plain)


def main():
    kept = ROOT + "/exercises/progress"
    before = open(kept).read() if os.path.exists(kept) else None
    home = tempfile.mkdtemp(prefix="nn-learner-")
    os.mkdir(home + "/notebooks")
    write_notebook(home + "/notebooks/learner.ipynb", [cell("1"), cell("2")])
    server, browser = Server(home, home + "/notebooks"), None
    try:
        if server.answers:
            browser = start_browser(home)
            page = Page(browser)
            if open_notebook(browser, server, "learner.ipynb"):
                for one in ATTEMPTS:
                    exercise(page, *one)
                shown = " ".join(page.run("%progress", 60).split())
                check("5 of " in shown, "%progress: five exercises done", shown)
                look(page, "progress")
                browser.execute_script("Jupyter.notebook.session.delete()")
    finally:
        if browser:
            browser.quit()
        server.end()
        shutil.rmtree(home, ignore_errors=True)
        if before is None and os.path.exists(kept):
            os.remove(kept)
        elif before is not None:
            with open(kept, "w") as file:
                file.write(before)
    done()


main()
