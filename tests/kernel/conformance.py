#!/usr/bin/python3
"""Jupyter's own suite for kernels, jupyter_kernel_test, on the kernel as it is registered: all twelve tests."""
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

import jupyter_kernel_test


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


suite = unittest.defaultTestLoader.loadTestsFromTestCase(C)
check(suite.countTestCases() == 12, "the suite has its twelve tests", suite.countTestCases())
unittest.TextTestRunner(resultclass=Lines, stream=open(os.devnull, "w")).run(suite)
left = harness.living_in(home)
check(harness.gone(left), "no process is left behind", left)
check(not os.listdir(home + "/tmp"), "no file is left behind", os.listdir(home + "/tmp"))
subprocess.run(["rm", "-rf", home])
harness.done()
