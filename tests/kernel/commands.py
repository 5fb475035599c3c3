#!/usr/bin/python3
"""nn-kernel on the command line: its help, registering, batch mode, and libraries that teach the kernel their types."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BUILD, Kernel, NN_KERNEL, ROOT, check, done, processes

home = tempfile.mkdtemp(prefix="nn-commands-")
tmp = os.path.join(home, "tmp")
os.mkdir(tmp)
clean = {key: value for key, value in os.environ.items() if key not in ("JUPYTER_DATA_DIR", "XDG_DATA_HOME")}


def call(*arguments, **environment):
    return subprocess.run([NN_KERNEL, *arguments], env={**clean, "HOME": home, "TMPDIR": tmp, **environment}, text=True,
                          capture_output=True, timeout=120, cwd=home)


# -- help
r = call("--help")
check(r.returncode == 0 and "Examples:" in r.stdout and "--prelude" in r.stdout, "--help", r.stdout)
check(call("--version").stdout.startswith("nn-kernel "), "--version")
r = call("--instal")
check(r.returncode == 2 and "did you mean '--install'?" in r.stderr, "an unknown option", r.stderr)
r = call("--prelude")
check(r.returncode == 2 and "needs an argument" in r.stderr, "an option without its argument", r.stderr)
check(call().returncode == 2, "no argument at all")
r = call("no-such-file.json")
check(r.returncode == 1 and "no-such-file.json" in r.stderr and r.stderr.count("\n") == 1, "a connection file that is not there", r.stderr)
with open(home + "/bad.json", "w") as file:
    file.write("{ not json")
r = call("bad.json")
check(r.returncode == 1 and "no connection file" in r.stderr, "a connection file that is none", r.stderr)

# -- registering
places = [({}, home + "/.local/share/jupyter"), ({"XDG_DATA_HOME": home + "/xdg"}, home + "/xdg/jupyter"),
          ({"JUPYTER_DATA_DIR": home + "/jd"}, home + "/jd")]
for environment, place in places:
    for turn in "once", "again":
        r = call("--install", "--library", "/lib/x.so", "-I", ROOT, "--", "-DTEN=10", **environment)
        with open(place + "/kernels/nn-c/kernel.json") as file:
            spec = json.load(file)
        check(r.returncode == 0 and spec["argv"][:2] == [NN_KERNEL, "{connection_file}"] and "-DTEN=10" in spec["argv"] and
              spec["language"] == "c" and spec["interrupt_mode"] == "message" and spec["display_name"] == "C (Layer by Layer)",
              "--install %s in %s" % (turn, place[len(home):]), r.stderr)
    check(sorted(os.listdir(place + "/kernels")) == ["nn-c"] and sorted(os.listdir(place + "/kernels/nn-c")) ==
          ["kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"], "nothing else lies there", os.listdir(place + "/kernels"))
    r = call("--uninstall", **environment)
    check(r.returncode == 0 and os.listdir(place + "/kernels") == [], "--uninstall", r.stderr)
check(call("--uninstall").returncode == 0, "--uninstall where nothing is")
r = call("--install", "--data-dir", home + "/own")
try:
    from PIL import Image
    sizes = [Image.open("%s/own/kernels/nn-c/logo-%dx%d.png" % (home, s, s)).convert("RGB").size for s in (32, 64)]
    check(sizes == [(32, 32), (64, 64)], "the logos are pictures", sizes)
except ImportError:
    print("skip the logos are pictures: python3-pil is not installed")

# a home that cannot be written (root may write anywhere: there /proc serves)
place = "/proc/nn" if os.getuid() == 0 else home + "/locked"
if os.getuid() != 0:
    os.mkdir(place, 0o500)
r = call("--install", JUPYTER_DATA_DIR=place + "/jupyter")
check(r.returncode == 1 and "cannot be registered in " + place in r.stderr and r.stderr.count("\n") == 1 and not r.stdout,
      "a home that cannot be written gives one sentence", r.stderr)

# -- batch mode
notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "nn-c", "display_name": "C"}, "kept": [1, {"a": None}]}, "cells": [
    {"cell_type": "markdown", "id": "text", "metadata": {}, "source": ["# A title\n", "caf\u00e9"]},
    {"cell_type": "code", "id": "one", "metadata": {"tags": ["x"]}, "execution_count": None, "outputs": [{"old": 1}],
     "source": ["int x = 6;\n", "printf (\"a\\nb\\n\"); fprintf (stderr, \"e\\n\"); puts (\"c\");\n", "x * 7"]},
    {"cell_type": "code", "id": "two", "metadata": {}, "execution_count": None, "outputs": [],
     "source": "nnk_display (\"image/png\", \"\\x89PNG\", 4); nnk_display_as (\"n\", \"text/html\", \"<i>\", 0); nnk_update (\"n\", \"text/html\", \"<b>\", 0);"},
    {"cell_type": "code", "id": "three", "metadata": {}, "execution_count": None, "outputs": [],
     "source": "puts (\"gone\"); nnk_clear_output (false); puts (\"stays\");\ngetchar ()"}]}


def batch(cells, *arguments):
    """Runs these cells; the exit status, the executed notebook, what was said."""
    with open(home + "/in.ipynb", "w") as file:
        json.dump(cells, file)
    if os.path.exists(home + "/out.ipynb"):
        os.unlink(home + "/out.ipynb")
    r = call("--run", home + "/in.ipynb", "-o", home + "/out.ipynb", *arguments)
    out = None
    if os.path.exists(home + "/out.ipynb"):
        with open(home + "/out.ipynb") as file:
            out = json.load(file)
    return r, out


r, out = batch(notebook)
check(r.returncode == 0, "batch: a notebook runs", r.stderr)
cells = out["cells"]
check([c["id"] for c in cells] == ["text", "one", "two", "three"] and out["metadata"] == notebook["metadata"] and
      cells[0] == notebook["cells"][0] and cells[1]["metadata"] == {"tags": ["x"]} and cells[1]["source"] == notebook["cells"][1]["source"],
      "batch: everything else stays as it was", out)
check(cells[1]["outputs"] == [
    {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]}, {"output_type": "stream", "name": "stderr", "text": ["e\n"]},
    {"output_type": "stream", "name": "stdout", "text": ["c\n"]},
    {"output_type": "execute_result", "data": {"text/plain": ["42"]}, "metadata": {}, "execution_count": 1}] and
      cells[1]["execution_count"] == 1, "batch: streams and the value", cells[1])
check(cells[2]["outputs"] == [{"output_type": "display_data", "data": {"image/png": "iVBORw=="}, "metadata": {}},
                              {"output_type": "display_data", "data": {"text/html": ["<b>"]}, "metadata": {}}], "batch: displays and updates", cells[2])
check(cells[3]["outputs"][0]["text"] == ["stays\n"] and cells[3]["outputs"][1]["data"]["text/plain"] == ["-1"], "batch: clear_output and no stdin", cells[3])
try:
    import nbformat
    nbformat.validate(nbformat.read(home + "/out.ipynb", as_version=4))
    check(True, "batch: nbformat finds it valid")
except ImportError:
    print("skip batch: nbformat finds it valid: python3-nbformat is not installed")


def code(*sources, **metadata):
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": "code", "id": "c%d" % i, "metadata": metadata, "execution_count": None, "outputs": [], "source": s} for i, s in enumerate(sources)]}


r, out = batch(code("int x = 1;", "abort ();", "x"))
check(r.returncode == 1 and "cell 2 failed" in r.stderr and out["cells"][1]["outputs"][0]["output_type"] == "error" and
      out["cells"][1]["outputs"][0]["ename"] == "SIGABRT" and out["cells"][2]["outputs"][0]["data"]["text/plain"] == ["1"],
      "batch: a cell that fails", r.stderr)
r, out = batch(code("abort ();", tags=["raises-exception"]))
check(r.returncode == 0, "batch: a cell that is to fail", r.stderr)
r, out = batch(code("int kept = 1;", "kept = 2; for (;;);", "kept", "qsort_r (&kept, 2, 0, (int (*) (const void *, const void *, void *)) main_, 0);",
                    "#include <signal.h>\nsignal (SIGINT, SIG_IGN); for (;;) getppid ();", "kept"), "--timeout", "0.5")
given = [c["outputs"][0].get("evalue") or c["outputs"][0]["data"]["text/plain"] for c in out["cells"] if c["outputs"]]
check(r.returncode == 1 and given[:2] == ["the cell took longer than 0.5 s", ["2"]] and given[3:] == ["the cell took longer than 0.5 s", ["2"]] and
      "cell 2 failed: the cell took longer" in r.stderr, "batch: cells that take too long, one of which will not be interrupted", [given, r.stderr])
r, out = batch(code("getenv (\"NN_FULL\")"), "--full")
check(out["cells"][0]["outputs"][0]["data"]["text/plain"] == ['"1"'], "batch: --full", out)
for how in ["--quick"], []:
    r, out = batch(code("getenv (\"NN_FULL\") != NULL"), *how)
    check(out["cells"][0]["outputs"][0]["data"]["text/plain"] == ["0"], "batch: quick, " + (how[0] if how else "without being told"), out)
r, out = batch(code('nnk_display_as ("far", "text/plain", "first", 0);', 'nnk_update ("far", "text/plain", "from the next cell", 0);'))
check([c["outputs"] for c in out["cells"]] == [[{"output_type": "display_data", "data": {"text/plain": ["from the next cell"]}, "metadata": {}}], []],
      "batch: a display is updated from a later cell", out)
for number in "x", "-1", "0", "1s", "nan":
    r = call("--run", home + "/in.ipynb", "-o", home + "/o.ipynb", "--timeout", number)
    check(r.returncode == 2 and "--timeout needs a number above 0, and '%s' is none" % number in r.stderr, "--timeout " + number, r.stderr)
r, out = batch(code("kill (getppid (), SIGTERM); sleep (20);".replace("kill", "#include <signal.h>\nkill", 1), "1"))
check(r.returncode == 2 and out is None and "stopped in cell 1" in r.stderr and "is not written" in r.stderr, "batch: SIGTERM ends it, and nothing is written", r.stderr)
r, out = batch(code("TEN"), "--", "-DTEN=10")
check(out["cells"][0]["outputs"][0]["data"]["text/plain"] == ["10"], "flags for gcc", r.stderr)
r = call("--run", home + "/none.ipynb", "-o", home + "/o.ipynb")
check(r.returncode == 2 and "none.ipynb" in r.stderr, "batch: no such notebook", r.stderr)
r = call("--run", home + "/bad.json", "-o", home + "/o.ipynb")
check(r.returncode == 2 and "no notebook" in r.stderr, "batch: a file that is no notebook", r.stderr)
r = call("--run", home + "/in.ipynb", "-o", home + "/no/such/folder.ipynb")
check(r.returncode == 2 and "cannot be written" in r.stderr, "batch: no such folder", r.stderr)
check(call("--run", home + "/in.ipynb").returncode == 2, "batch: without -o")
check(not os.listdir(tmp) and not [n for n in os.listdir(home) if n.endswith(".part")], "batch leaves no file behind", os.listdir(tmp))

# -- a chapter
r = subprocess.run(["make", "-s", "run", "CH=K", "FULL=1", "TIMEOUT=60"], cwd=ROOT, env=clean, text=True, capture_output=True, timeout=300)
check(r.returncode == 0 and r.stdout.rstrip().endswith("quick_or_full (3, 20)\n20"), "make run CH=K FULL=1: the long runs", r.stdout[-300:] + r.stderr)
r = subprocess.run(["make", "-s", "run", "CH=K", "TIMEOUT=soon"], cwd=ROOT, env=clean, text=True, capture_output=True, timeout=300)
check(r.returncode != 0 and "--timeout needs a number above 0, and 'soon' is none" in r.stderr, "make run with a time limit that is none", r.stderr)

# -- a library that teaches the kernel its types
with open(home + "/lib.h", "w") as file:
    file.write('#include "inner.h"\n#define FROM_PRELUDE 77\ntypedef struct gem gem;\nstruct gem { int carats; };\ngem *gem_new (int carats);\nint gem_twice (const gem *g);\n')
os.mkdir(home + "/inc")
with open(home + "/inc/inner.h", "w") as file:
    file.write("enum { INNER = 5 };\n")
with open(home + "/lib.c", "w") as file:
    file.write('#include "lib.h"\n#include "%s/nnk.h"\n#include <stdlib.h>\n#include <stdio.h>\n'
               'gem *gem_new (int carats) { gem *g = malloc (sizeof *g); g->carats = carats; return g; }\n'
               'int gem_twice (const gem *g) { if (!g) nnk_raise ("gem_twice: there is no gem"); return 2 * g->carats; }\n'
               'void nnk_show_gem (const gem *g) { char s[40]; sprintf (s, "a gem of %%d", g->carats);\n'
               'nnk_part p[] = { { "text/plain", s, 0 }, { "text/html", "<b>gem</b>", 0 } }; nnk_display_bundle (NULL, p, 2); }\n' % BUILD)
subprocess.run(["gcc", "-shared", "-fPIC", "-g", "-I", home + "/inc", "-o", home + "/lib.so", home + "/lib.c"], check=True)
k = Kernel("--prelude", home + "/lib.h", "--library", home + "/lib.so", "-I", home + "/inc", "--", "-DELEVEN=11")
check(k.run("FROM_PRELUDE + INNER").value == "82", "the prelude and -I", k.log())
check(k.run("ELEVEN").value == "11", "a flag for gcc behind --, as kernel.json gives it", k.log())
r = k.run("gem *g = gem_new (3);\ng")
check(r.of("execute_result") and r.of("execute_result")[0]["data"] == {"text/plain": "a gem of 3", "text/html": "<b>gem</b>"},
      "a library shows its type, by pointer", r.messages)
r = k.run("*g")
check(r.value == "a gem of 3", "and by value", r.messages)
r = k.run("gem *none = NULL;\nnone")
check(r.value == "NULL", "a null pointer is not shown by the library", r.error)
r = k.run("gem_twice (NULL)")
check(r.status == "error" and "gem_twice: there is no gem" in r.error and "cell[" in r.error, "a broken contract of the library", r.error)
check(k.run("gem_twice (g)").value == "6", "and the gem is still there")
check("gem_twice" in k.ask("complete_request", {"code": "gem_t", "cursor_pos": 5})["matches"], "completion knows the prelude")
check(k.end() == [], "nothing is left behind")
r = call("--run", home + "/in.ipynb", "-o", home + "/o.ipynb", "--library", home + "/no.so")
check("no.so" in r.stderr, "a library that is not there is named", r.stderr)
shutil.rmtree(home)
left = [p for p, (parent, name) in processes().items() if name in ("nn-kernel", "nn-exec") and parent == os.getpid()]
check(not left, "no process is left behind", left)
done()
