#!/usr/bin/python3
"""The first five exercises in a real browser, as a new learner does them: %next, a wrong attempt typed into its cell, the report with
its picture of the difference, a hint, the right answer, %progress. The page after each report stays in build/tests/learner-*.png."""
import os
import shutil
import sys

from learner import ROOT, check, course, done
from frontends import wait_for
from page import a_page, cell

from selenium.webdriver.common.keys import Keys

# exercise, whose right answer, a first attempt, its points, what is said of it, whether there is a picture of where it is wrong
ATTEMPTS = [
    ("01-1", "01-1-transpose", """for (int i = 0; i < rows; i++)
for (int j = 0; j < cols; j++)
y[i * cols + j] = x[j * rows + i];""", 0, "exchanged rows and cols", True),
    ("01-2", "01-2-gemm", """for (int i = 0; i < m; i++)
for (int j = 0; j < n; j++)
for (int p = 0; p < k; p++)
c[i * n + j] += a[i * k + p] * b[p * n + j];""", 0, "added to what c held before", True),
    ("01-3", "01-3-box-muller", "for (int i = 0; i < n; i++)\nx[i] = uniform (source);", 3, "the mean of", False),
    ("02-1", "02-1-split", "for (int i = 0; i < n; i++)\nsecond[i] = nn_random_uniform (random) < share;", 6, "forgot the classes", False),
    ("02-2", "02-2-standardise", "for (int i = 0; i < n_train * pixels * channels; i++)\ntrain[i] /= 255;", 0, "and should be", True),
]
LAST = "Jupyter.notebook.get_cells().slice(-1)[0]"


def squeezed(text):
    return " ".join(text.split())


def answer(name):
    """The body that somebody else has written, right in another way, as a cell."""
    with open("%s/tests/grade/right/%s.c" % (ROOT, name)) as file:
        return file.read().split('#include "exercise.h"\n', 1)[1].strip()


def last(page):
    return page.js("return %s.get_text()" % LAST)


def run_last(page):
    page.js("Jupyter.notebook.select(Jupyter.notebook.ncells() - 1); Jupyter.notebook.execute_cell()")
    wait_for(lambda: page.js("return %s.input_prompt_number" % LAST) not in (None, "*"), 60)
    return squeezed(page.text(-1))


def look(page, name):
    page.js("%s.element[0].scrollIntoView({ block: 'end' })" % LAST)
    page.picture("learner-" + name)


def exercise(page, number, name, attempt, points, words, picture):
    page.type("%next " + number)
    page.chord(Keys.CONTROL, Keys.ENTER)
    if not check(wait_for(lambda: "nn_todo" in last(page), 60), number + ": %next lays its beginning into a cell below", last(page)):
        return
    code = last(page)
    call = code[code.index("grade ("):]
    # the learner's keys: over the call that says nothing is written, and Enter brings the next line to its place
    page.js("var cm = %s.code_mirror; Jupyter.notebook.select(Jupyter.notebook.ncells() - 1);"
            "Jupyter.notebook.edit_mode(); cm.options.autoCloseBrackets = false; var n = cm.getValue().split('\\n').findIndex(l => l.includes('nn_todo'));"
            "cm.focus(); cm.setSelection({ line: n, ch: cm.getLine(n).search(/\\S/) }, { line: n, ch: cm.getLine(n).length })" % LAST)
    page.keys(attempt.replace("\n", Keys.ENTER))
    check(squeezed(attempt) in squeezed(last(page)) and "nn_todo" not in last(page), number + ": what is typed stands in the cell", last(page))
    shown = run_last(page)
    check("%d / 10" % points in shown and words in shown, number + ": the first attempt gets %d points and its mistake in words" % points, shown)
    drawn = page.js("return %s.element.find('.output svg, .output img').length" % LAST)
    check(bool(drawn) == picture, number + ": %s picture of where it is wrong" % ("a" if picture else "no"), shown)
    look(page, number)
    hint = squeezed(page.run("%hint " + number, 60))
    check("hint 1 of 3" in hint.lower(), number + ": a hint", hint)
    page.js("Jupyter.notebook.insert_cell_at_bottom('code').set_text(arguments[0])", answer(name) + "\n\n" + call)
    shown = run_last(page)
    check("10 / 10" in shown, number + ": the right answer gets all points", shown)


def main():
    os.environ["NN_COURSE"] = home = course()
    try:
        with a_page("learner", [cell("1"), cell("2")]) as page:
            for one in ATTEMPTS if page else ():
                exercise(page, *one)
            if page:
                shown = squeezed(page.run("%progress", 60))
                check("5 of " in shown, "%progress: five exercises done", shown)
                raw = page.js("return Array.from(document.querySelectorAll('.output_markdown')).map(e => e.innerText).filter(t => /\\$.*\\$/.test(t))")
                check(not raw, "the mathematics of the statements is set", raw)
                look(page, "progress")
    finally:
        shutil.rmtree(home)
    done()


main()
