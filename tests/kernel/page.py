"""A notebook on the screen, for tests: typed into, run and read as somebody does who sits before it."""
import contextlib
import json
import os
import shutil
import tempfile

from harness import BUILD
from frontends import Server, open_notebook, start_browser, wait_for

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def cell(code, **metadata):
    return dict(cell_type="code", metadata=metadata, execution_count=None, outputs=[], source=code)


def write_notebook(path, cells):
    with open(path, "w") as file:
        json.dump(dict(nbformat=4, nbformat_minor=4, cells=cells,
                       metadata=dict(kernelspec=dict(name="nn-c", display_name="C (Layer by Layer)", language="c"))), file)


class Page:
    """The notebook as one sees it."""

    def __init__(self, browser):
        self.browser = browser

    def js(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def text(self, index):
        """What stands below a cell; the last one is -1."""
        return self.js("var c = Jupyter.notebook.get_cells(), i = arguments[0] < 0 ? c.length + arguments[0] : arguments[0];"
                       "return c[i].element.find('.output').text()", index)

    def prompt(self, index):
        return self.js("var c = Jupyter.notebook.get_cells(); return String(c[arguments[0] < 0 ? c.length + arguments[0] : arguments[0]]"
                       ".input_prompt_number)", index)

    def is_idle(self):
        return self.js("return !Jupyter.notebook.get_cells().some(c => c.input_prompt_number == '*')")

    def type(self, code):
        """Writes code into a fresh last cell, key by key."""
        self.js("Jupyter.notebook.insert_cell_at_bottom('code'); Jupyter.notebook.select(Jupyter.notebook.ncells() - 1);"
                "Jupyter.notebook.edit_mode(); Jupyter.notebook.get_selected_cell().code_mirror.options.autoCloseBrackets = false;"
                "Jupyter.notebook.get_selected_cell().focus_editor()")
        self.keys(code)

    def keys(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()

    def chord(self, held, key):
        ActionChains(self.browser).key_down(held).send_keys(key).key_up(held).perform()

    def code(self):
        return self.js("return Jupyter.notebook.get_selected_cell().get_text()")

    def run(self, code, seconds=30):
        """Types a cell and runs it with Ctrl-Enter; what it shows."""
        self.type(code)
        self.chord(Keys.CONTROL, Keys.ENTER)
        wait_for(lambda: self.prompt(-1) not in ("null", "undefined", "*"), seconds)
        return self.text(-1)

    def click(self, selector):
        self.browser.find_element(By.CSS_SELECTOR, selector).click()

    def picture(self, name):
        """What is on the page now, in build/tests."""
        os.makedirs(BUILD + "/tests", exist_ok=True)
        self.browser.save_screenshot("%s/tests/%s.png" % (BUILD, name))


@contextlib.contextmanager
def a_page(name, cells):
    """A notebook with these cells in a browser, its kernel connected, as a Page; None if it did not come to that. Nothing of it stays."""
    home = tempfile.mkdtemp(prefix="nn-%s-" % name)
    os.mkdir(home + "/notebooks")
    write_notebook("%s/notebooks/%s.ipynb" % (home, name), cells)
    server, browser = Server(home, home + "/notebooks"), None
    try:
        if server.answers:
            browser = start_browser(home)
        if browser and open_notebook(browser, server, name + ".ipynb"):
            yield Page(browser)
            browser.execute_script("Jupyter.notebook.session.delete()")
        else:
            yield None
    finally:
        if browser:
            browser.quit()
        server.end()
        shutil.rmtree(home, ignore_errors=True)
