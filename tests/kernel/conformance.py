#!/usr/bin/python3
"""Jupyter's own suite for kernels, jupyter_kernel_test, on the kernel as it is registered: all twelve tests, and what its
later versions ask of iopub_welcome. Then nbclient and nbconvert, which run a notebook without a reader.
"""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check

home = tempfile.mkdtemp(prefix="nn-conformance-")
os.environ.update(HOME=home, JUPYTER_DATA_DIR=home + "/jupyter", XDG_DATA_HOME=home + "/data", TMPDIR=home + "/tmp",
                  JUPYTER_RUNTIME_DIR=home + "/runtime", JUPYTER_CONFIG_DIR=home + "/config", IPYTHONDIR=home + "/ipython")
os.mkdir(home + "/tmp")
tempfile.tempdir = None
subprocess.run([harness.NN_KERNEL, "--install"], check=True, stdout=subprocess.DEVNULL)

import jupyter_client
import jupyter_kernel_test
import nbclient
import nbformat
import zmq


class C(jupyter_kernel_test.KernelTests):
    kernel_name = "nn-c"
    language_name = "c"
    file_extension = ".c"
    code_hello_world = 'printf ("hello, world\\n");'
    code_stderr = 'fprintf (stderr, "oops\\n");'
    completion_samples = [{"text": "fclo", "matches": {"fclose", "fcloseall"}}]
    complete_code_samples = ["int x = 1;", "6*7", "for (int i = 0; i < 3; i++) { puts (\"a\"); }", "#define N 3"]
    incomplete_code_samples = ["int f (int a) {", "for (int i = 0; i < 3; i++)", "puts (\"a\"", "/* a", "int x = 3"]
    invalid_code_samples = ["int x = )", "}"]
    code_page_something = "?printf"
    code_generate_error = "*(volatile int *) 0 = 1;"
    code_execute_result = [{"code": "6*7", "result": "42"}, {"code": "1+2+3", "result": "6"}]
    code_display_data = [{"code": 'nnk_display ("image/svg+xml", "<svg/>", 0);', "mime": "image/svg+xml"}]
    code_history_pattern = "6?7*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "printf"
    code_clear_output = "nnk_clear_output (false);"


class Lines(unittest.TextTestResult):
    """Prints ok and not ok, a test a line."""

    def addSuccess(self, test):
        check(True, test.id().split(".")[-1])

    def addFailure(self, test, err):
        check(False, test.id().split(".")[-1], self._exc_info_to_string(err, test))

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        if err:
            check(False, str(subtest.id()), self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        check(False, test.id().split(".")[-1], "skipped: " + reason)


class Welcome(unittest.TestCase):
    """Who subscribes is greeted, with the topic, before anything else: no message can be missed unknowingly (JEP 65)."""

    def test_iopub_welcome(self):
        manager, client = jupyter_client.manager.start_new_kernel(kernel_name="nn-c", startup_timeout=60)
        try:
            for topic in b"", b"stream", b"status":
                socket = zmq.Context.instance().socket(zmq.SUB)
                socket.linger = 0
                socket.connect("tcp://127.0.0.1:%d" % manager.iopub_port)
                socket.setsockopt(zmq.SUBSCRIBE, topic)
                self.assertTrue(socket.poll(20000), "no greeting for %r" % topic)
                frames, message = client.session.recv(socket, mode=0)
                socket.close()
                self.assertEqual(message["msg_type"], "iopub_welcome")
                self.assertEqual(message["content"], {"subscription": topic.decode()})
                self.assertEqual(frames, [topic])
                self.assertEqual(message["parent_header"], {})
        finally:
            client.stop_channels()
            manager.shutdown_kernel()


class Runners(unittest.TestCase):
    """nbclient and nbconvert: the outputs, a crash in the middle, a cell that never ends."""

    def notebook(self, *cells, tags=()):
        book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "nn-c", "display_name": "C", "language": "c"}})
        book.cells = [nbformat.v4.new_code_cell(code) for code in cells]
        for i in tags:
            book.cells[i].metadata["tags"] = ["raises-exception"]
        return book

    def test_nbclient(self):
        book = self.notebook("int n = 20;", "abort ();", 'printf ("said\\n");\nn + 1', tags=[1])
        nbclient.NotebookClient(book, timeout=60).execute()
        self.assertEqual([o.output_type for o in book.cells[1].outputs], ["error"])
        self.assertEqual(book.cells[2].outputs[0].text, "said\n")
        self.assertEqual(book.cells[2].outputs[1].data["text/plain"], "21")
        nbformat.validate(book)

    def test_nbclient_stops_at_an_error(self):
        book = self.notebook("abort ();", "1")
        with self.assertRaisesRegex(nbclient.exceptions.CellExecutionError, "SIGABRT"):
            nbclient.NotebookClient(book, timeout=60).execute()

    def test_nbclient_interrupts_at_its_time_limit(self):
        book = self.notebook("volatile long n = 1; for (;;) n++;", "n > 1")
        nbclient.NotebookClient(book, timeout=8, interrupt_on_timeout=True, allow_errors=True).execute()
        self.assertEqual(book.cells[0].outputs[0].ename, "Interrupt")
        self.assertEqual(book.cells[1].outputs[0].data["text/plain"], "1")

    def test_nbconvert(self):
        with open(home + "/lesson.ipynb", "w") as file:
            nbformat.write(self.notebook("int n = 20;", "n + 1", 'nnk_display ("image/svg+xml", "<svg id=\\"drawn\\"/>", 0);'), file)
        r = subprocess.run(["/usr/bin/python3", "-m", "nbconvert", "--execute", "--to", "html", home + "/lesson.ipynb"], capture_output=True, text=True)
        self.assertEqual(r.returncode, 0, r.stderr)
        with open(home + "/lesson.html") as file:
            page = file.read()
        self.assertIn("21</pre>", page)
        self.assertIn('id="drawn"', page)


suite = unittest.defaultTestLoader.loadTestsFromTestCase(C)
check(suite.countTestCases() == 12, "the suite has its twelve tests", suite.countTestCases())
for case in Welcome, Runners:
    suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
unittest.TextTestRunner(resultclass=Lines, stream=open(os.devnull, "w")).run(suite)
left = harness.living_in(home)
check(harness.gone(left), "no process is left behind", left)
check(not os.listdir(home + "/tmp"), "no file is left behind", os.listdir(home + "/tmp"))
subprocess.run(["rm", "-rf", home])
harness.done()
