#!/usr/bin/python3
"""Notebooks as they are written for xeus-cling and the older C kernels: each is run without Jupyter and in Jupyter's own
client, and each cell must give what its metadata says (`expect`; what is not named must not come)."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BUILD, HERE, NN_KERNEL, ROOT, check, done

CELLS = ["--prelude", ROOT + "/chapters/cells.h", "--library", BUILD + "/libcells.so", "-I", ROOT + "/lib", "-I", ROOT + "/kernel", "-I", ROOT + "/exercises"]


def text(value):
    return "".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value


def given(cell):
    """What a cell gave, in the words of `expect`."""
    out = {"stdout": "", "stderr": "", "display": []}
    for o in cell["outputs"]:
        data = {mime: text(value) for mime, value in o.get("data", {}).items()}
        if o["output_type"] == "stream":
            out[o["name"]] += text(o["text"])
        elif o["output_type"] == "execute_result":
            out["result"] = data
        elif o["output_type"] == "display_data":
            out["display"].append(data)
        else:
            out["error"] = o["evalue"] + "\n" + "\n".join(o["traceback"])
    return out


def fits(got, expect):
    for stream in "stdout", "stderr":
        wanted = expect.get(stream, "")
        if not (re.fullmatch(wanted[3:], got[stream]) if wanted.startswith("re:") else got[stream] == wanted):
            return False
    result = {"text/plain": expect["value"]} if "value" in expect else expect.get("result")
    if "value" in expect and got.get("result"):  # other forms may come with it
        got["result"] = {"text/plain": got["result"].get("text/plain")}
    return (got.get("result") == result and (expect.get("any_display") or got["display"] == expect.get("display", [])) and
            ("error" in got) == ("error" in expect) and expect.get("error", "") in got.get("error", ""))


def compare(how, name, notebook):
    wrong = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            got = given(cell)
            if not fits(got, cell["metadata"]["expect"]):
                wrong += 1
                check(False, "%s, %s: %s" % (name, how, text(cell["source"]).splitlines()[0]), got)
    cells = sum(c["cell_type"] == "code" for c in notebook["cells"])
    check(wrong == 0, "%s, %s: %d cells" % (name, how, cells), "%d are wrong" % wrong)


home = tempfile.mkdtemp(prefix="nn-compat-")
environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home + "/data", "JUPYTER_DATA_DIR": home + "/jupyter", "TMPDIR": home}
subprocess.run([NN_KERNEL, "--install", *CELLS], env=environment, check=True, capture_output=True)
notebooks = sorted(glob.glob(HERE + "/compat/*.ipynb"))
check(len(notebooks) == 3, "three notebooks", notebooks)
for path in notebooks:
    name = os.path.basename(path)[:-6]
    folder = os.path.join(home, name)
    os.mkdir(folder)
    r = subprocess.run([NN_KERNEL, *CELLS, "--run", path, "-o", home + "/out.ipynb", "--timeout", "60"], cwd=folder, env=environment, text=True, capture_output=True)
    check(r.returncode == 0, name + ": ends well", r.stderr)
    with open(home + "/out.ipynb") as file:
        compare("without Jupyter", name, json.load(file))
    shutil.rmtree(folder)

try:
    import nbformat
    from nbclient import NotebookClient
except ImportError:
    print("skip in Jupyter's client: python3-nbclient is not installed")
    shutil.rmtree(home)
    done()
os.environ.update(environment)
for path in notebooks:
    name = os.path.basename(path)[:-6]
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    folder = os.path.join(home, name)
    os.mkdir(folder)
    NotebookClient(notebook, timeout=60, kernel_name="nn-c", resources={"metadata": {"path": folder}}).execute()
    compare("in Jupyter's client", name, notebook)
shutil.rmtree(home)
done()
