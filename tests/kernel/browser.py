#!/usr/bin/python3
"""A learner's hour in a real browser: the classic Notebook in headless Chromium, with keys and the mouse.

A notebook in which every third cell crashes is run from its menu and still ends with the right answer. Then Shift-Enter,
the interrupt button, a restart with its dialog, Tab, Shift-Tab, and the box in which a cell's question is answered.
The page as it looked at the end stays in build/tests/browser.png.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import check, done
from frontends import wait_for
from page import a_page, cell

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

CRASHES = ["*(volatile int *) 0 = 1;", "abort ();", "volatile int none = 0; total /= none;", "exit (0);",
           "int deep (int v) { volatile char room[4096]; room[0] = v; return deep (v + 1) + room[0]; }\ndeep (1);",
           "char *volatile h = malloc (16); for (int i = -16; i < 32; i++) h[i] = 0x55; free (h);",
           "#pragma omp parallel num_threads(2)\n{ *(volatile int *) 8 = 1; }", "kill (getpid (), 9);"]


def crashing():
    """1 + 2 + ... in three places (a variable, the heap, a file); every third cell spoils all of them and crashes."""
    cells = [cell("#include <signal.h>\nlong total = 0;\nlong *heap = calloc (1000, sizeof *heap);\nFILE *file = tmpfile ();"),
             cell("void add (int v) { total += v; heap[v % 1000] += v; fprintf (file, \"%d\\n\", v); }")]
    for i, crash in enumerate(CRASHES):
        cells.append(cell("total = -1; heap[%d] = 77; add (1000000);\n" % (i + 1) + crash, tags=["raises-exception"]))
        cells += [cell("add (%d);" % (2 * i + 1)), cell("add (%d);" % (2 * i + 2))]
    cells.append(cell("long in_heap = 0, in_file = 0, line;\nfor (int i = 0; i < 1000; i++) in_heap += heap[i];\nrewind (file);\n"
                      "while (fscanf (file, \"%ld\", &line) == 1) in_file += line;\nprintf (\"%ld %ld %ld\\n\", total, in_heap, in_file);"))
    return cells


def crash_and_count(page):
    page.click("#celllink")
    page.click("#run_all_cells a")
    count = len(CRASHES)
    wanted = "%d %d %d" % ((count * (2 * count + 1),) * 3)
    if not check(wait_for(lambda: page.text(-1).strip(), 120), "Run All comes to the last cell", page.text(-1)):
        return
    failed = page.js("return Jupyter.notebook.get_cells().filter(c => c.element.find('.output_error').length).length")
    check(failed == count, "every third cell has crashed", "%d of %d" % (failed, count))
    check(page.text(-1).strip() == wanted, "and the notebook ends with the right answer: " + wanted, page.text(-1))
    told = page.js("return Array.from(document.querySelectorAll('.output_error')).map(e => e.innerText).join('\\n')")
    words = ("a null pointer was used", "abort () was called", "a division by zero", "exit (0) was called", "the stack is full")
    check(all(w in told for w in words), "each crash says what it was", told[:600])


def talk(page):
    """The interrupt button, the input box, Tab and Shift-Tab."""
    page.type("volatile long turns = 0;\nputs (\"counting\");\nfor (;;) turns++;")
    page.chord(Keys.CONTROL, Keys.ENTER)
    wait_for(lambda: "counting" in page.text(-1), 20)
    page.click("button[data-jupyter-action='jupyter-notebook:interrupt-kernel']")
    check(wait_for(lambda: "Interrupt" in page.text(-1), 10), "the interrupt button ends an endless cell", page.text(-1))
    shown = page.run("turns > 0 ? total : 0")
    check(shown.strip().endswith("136"), "which keeps what it did", shown)

    page.type("char name[40]; printf (\"your name? \"); scanf (\"%39s\", name); printf (\"hello %s\\n\", name);")
    page.chord(Keys.CONTROL, Keys.ENTER)
    box = wait_for(lambda: page.browser.find_elements(By.CSS_SELECTOR, "input.raw_input"), 20)
    asked = page.js("return document.querySelector('.raw_input_container')?.innerText || ''")
    if check(box and "your name?" in asked, "a cell's question opens a box with its prompt", asked):
        box[0].send_keys("Ada", Keys.ENTER)
        check(wait_for(lambda: "hello Ada" in page.text(-1), 20), "and what is typed arrives", page.text(-1))

    page.run("struct pair { int left; double right; } both = { 1, 2 }; // two of them")
    page.type("both.ri")
    page.keys(Keys.TAB)
    check(wait_for(lambda: page.code() == "both.right", 10), "Tab completes a field", page.code())
    page.type("in_he")
    page.keys(Keys.TAB)
    check(wait_for(lambda: page.code() == "in_heap", 10), "Tab completes a variable", page.code())
    page.type("strn")
    page.keys(Keys.TAB)
    listed = wait_for(lambda: page.js("return Array.from(document.querySelectorAll('#complete option, .completions option')).map(o => o.text)"), 10)
    check(listed and {"strncpy", "strncmp", "strnlen"} <= set(listed), "Tab lists what there is", listed)
    page.keys(Keys.ESCAPE)
    page.type("add")
    page.chord(Keys.SHIFT, Keys.TAB)
    tip = wait_for(lambda: page.js("var t = document.querySelector('#tooltip .tooltiptext'); return t && t.offsetParent && t.innerText"), 10)
    check(tip and "void add (int v)" in tip, "Shift-Tab explains a function of a cell", tip)
    page.keys(Keys.ESCAPE)


def next_exercise(page):
    """An exercise is begun without a terminal: its statement here, its beginning in a cell below."""
    page.type("%next 01-1")
    page.chord(Keys.CONTROL, Keys.ENTER)
    begun = wait_for(lambda: "nn_todo" in page.js("return Jupyter.notebook.get_cells().slice(-1)[0].get_text()"), 120)
    code = page.js("return Jupyter.notebook.get_cells().slice(-1)[0].get_text()")
    check(begun and 'grade ("01-1", ex_transpose);' in code, "%next puts an exercise into a cell below", code)
    check(page.js("return document.querySelectorAll('.output_markdown h3').length") == 1, "and shows its statement", page.text(-2))


def restart(page):
    page.click("#kernellink")
    page.click("#restart_kernel a")
    button = wait_for(lambda: [b for b in page.browser.find_elements(By.CSS_SELECTOR, ".modal-dialog .btn-danger") if b.is_displayed()], 10)
    if not check(button, "a restart asks first"):
        return
    wait_for(lambda: page.js("return document.querySelector('.modal.in') != null"), 5)
    button[0].click()
    wait_for(lambda: not page.js("return document.querySelector('.modal-dialog')"), 10)
    wait_for(lambda: page.js("return Jupyter.notebook.kernel.is_connected()"), 20)
    shown = page.run("total")
    check("undeclared" in shown, "after it the variables are gone", shown)
    check(page.run("6 * 7").strip().endswith("42"), "and the kernel works", page.text(-1))


def main():
    with a_page("crashes", crashing()) as page:
        if page:
            crash_and_count(page)
            talk(page)
            next_exercise(page)
            restart(page)
            page.picture("browser")
    done()


main()
