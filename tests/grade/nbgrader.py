#!/usr/bin/python3
"""make nbgrader, held against the documented rules of nbgrader: what the cells' metadata must say, what it takes out to make the
learner's version, how it turns the output of a graded cell into points. The notebooks are run by our kernel, without Jupyter."""
import hashlib
import os
import subprocess
import sys
import tempfile

import nbformat

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../kernel"))
from harness import BUILD, ROOT as TOP, check, done

STUB = '// your code here\nnn_todo ("of this cell");'
CHAPTER, LAST = "03-a-layer-and-its-gradient", "16-the-ensemble"


def of(cell):
    return cell.metadata["nbgrader"]


def region(text, what, stub=None):
    """A cell without what stands between BEGIN and END; the stub instead, as far to the right."""
    lines, inside = [], False
    for line in text.split("\n"):
        if "BEGIN " + what in line:
            inside = True
            if stub is not None:
                lines += [line[:len(line) - len(line.lstrip())] + words for words in stub.split("\n")]
        elif "END " + what in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def release(notebook, stub):
    """The version that learners get."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = region(region(cell.source, "SOLUTION", stub), "HIDDEN TESTS")
    return notebook


def points(cell):
    """An error or a word on stderr: none. A number as the cell's value: so many. Otherwise all."""
    for output in cell.outputs:
        if output.output_type == "error" or output.get("name") == "stderr":
            return 0
        if output.output_type == "execute_result":
            return float(output["data"]["text/plain"])
    return of(cell)["points"]


def run(notebook, folder):
    """The points of each graded cell, when a kernel has run it."""
    path, ran = os.path.join(folder, "in.ipynb"), os.path.join(folder, "out.ipynb")
    nbformat.write(notebook, path)
    subprocess.run([BUILD + "/nn-kernel", "--run", path, "-o", ran, "--timeout", "120", "--prelude", TOP + "/chapters/cells.h",
                    "--library", BUILD + "/libcells.so", "-I", TOP + "/lib", "-I", TOP + "/kernel", "-I", TOP + "/exercises"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return [points(cell) for cell in nbformat.read(ran, 4).cells if of(cell)["grade"]]


def structure(folder):
    """Every notebook of the course."""
    names, all_points, seen = sorted(os.listdir(folder + "/source")), 0, set()
    for name in names:
        path = "%s/source/%s/%s.ipynb" % (folder, name, name)
        cells = nbformat.read(path, 4).cells
        nbformat.validate(nbformat.read(path, 4))
        for cell in cells:
            about = of(cell)
            right = about["schema_version"] == 3 and about["grade_id"] not in seen and not about["task"]
            right = right and not (about["grade"] and about["solution"]) and ("points" in about) == about["grade"]
            right = right and (about["locked"] or about["solution"])
            right = right and ("BEGIN SOLUTION" in cell.source) == about["solution"] and ("BEGIN HIDDEN" in cell.source) == about["grade"]
            if not right:
                check(False, "%s: the metadata of %s" % (name, about["grade_id"]), about)
            seen.add(about["grade_id"])
            all_points += about.get("points", 0)
        learner = release(nbformat.read(path, 4), STUB)
        check(not any("SOLUTION" in c.source or "HIDDEN" in c.source for c in learner.cells), name + ": nothing of the solution is left")
    exercises = [n for n in os.listdir(TOP + "/solutions") if n[0].isdigit()]
    check(len([i for i in seen if i.endswith("-points")]) == len(exercises), "every exercise is there", seen)
    check(all_points == 10 * len(exercises), "and its points", all_points)


def digest(folder):
    """What all files hold."""
    text = b""
    for at, _, files in sorted(os.walk(folder)):
        for name in sorted(files):
            with open(os.path.join(at, name), "rb") as file:
                text += file.read()
    return hashlib.md5(text).hexdigest()


def grading(folder):
    for chapter in (LAST, CHAPTER):
        path = "%s/source/%s/%s.ipynb" % (folder, chapter, chapter)
        exercises = sum(of(cell)["grade"] for cell in nbformat.read(path, 4).cells)
        got = run(nbformat.read(path, 4), folder)
        check(exercises > 2 and got == [10] * exercises, chapter + ": the reference gets 100 %", got)
        got = run(release(nbformat.read(path, 4), STUB), folder)
        check(got == [0] * exercises, chapter + ": the stub gets 0", got)
    some = nbformat.read(path, 4)
    some.cells = [c for c in some.cells if of(c)["grade_id"].startswith("exercise-03-1")]
    answer = next(c for c in some.cells if of(c)["solution"])
    answer.source = answer.source.replace("        for (int k = 0; k < classes; k++)\n            sum +=",
                                          "        most = 0;\n        for (int k = 0; k < classes; k++)\n            sum +=")
    check("most = 0;" in answer.source and run(some, folder) == [7], "a mistake costs some points, and not all")
    part = nbformat.read(path, 4)
    part.cells = [c for c in part.cells if of(c)["grade_id"].startswith("exercise-03-3")]
    grade = part.cells[-1]
    grade.source = grade.source.replace("grade_points (", "perror (\"no\"); grade_points (")
    check(run(part, folder) == [0], "a word on stderr is no points, as nbgrader has it")


with tempfile.TemporaryDirectory(prefix="nbgrader.") as work:
    made = []
    for _ in range(2):
        subprocess.run([TOP + "/solutions/nbgrader", work + "/course"], check=True, stdout=subprocess.DEVNULL)
        made.append(digest(work + "/course"))
    check(made[0] == made[1], "made twice they are the same")
    with open(work + "/course/nbgrader_config.py") as config:
        check("code_stub = {\"c\": %r}" % STUB in config.read(), "the configuration knows the stub of C")
    structure(work + "/course")
    grading(work + "/course")
    refused = subprocess.run([TOP + "/solutions/nbgrader", "/proc/none"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(refused.returncode == 1 and refused.stderr.startswith(b"nbgrader: /proc/none"), "a folder that cannot be made", refused)
done()
