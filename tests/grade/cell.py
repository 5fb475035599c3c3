#!/usr/bin/python3
"""grade ("01-1", f) in a cell: the same points, mistakes and messages as in the terminal, as a table."""
import os
import re
import shutil

from learner import BUILD, ROOT, check, course, done
from harness import Kernel

home = course()
progress = os.path.join(home, "exercises/progress")
k = Kernel("--prelude", ROOT + "/chapters/cells.h", "--library", BUILD + "/libcells.so", "-I", ROOT + "/lib", "-I", ROOT + "/kernel", "-I", ROOT + "/exercises",
           environment={"SEED": "7", "NN_COURSE": home})


def code_of(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read().split("*/\n", 1)[-1].replace('#include "exercise.h"\n', "")


def grade(name, code, points, *words):
    """Grades a cell; the table has these points and words. Returns it."""
    r = k.run(code)
    shown = r.of("display_data")
    html, plain = (shown[0]["data"].get(kind, "") if shown else "" for kind in ("text/html", "text/plain"))
    seen = r.error or html
    good = "<th>%s / 10</th>" % points in html and ": %s / 10" % points in plain
    check(good and all(word in html for word in words), name, seen + str(r.messages)[-300:])
    return html


k.run("#include <limits.h>\nint x = 7;")
right = code_of("tests/grade/right/01-1-transpose.c").replace("ex_transpose", "my_transpose")
grade("right, under a name of one's own", right + '\ngrade ("01-1", my_transpose);', 10, "Transpose in tiles", "All points.")
grade("again, from a later cell", 'grade ("1.1", my_transpose);', 10)
mistake = """// brackets in a comment: ( {
static const char *words = "a string with { and ;";
static int place (int row, int col, int cols) { return row * cols + col; }
void swapped (float *y, const float *x, int rows, int cols)
{
    struct { int a; } one = { 1 };
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            y[place (j, i, cols)] = x[place (i, j, cols)] * one.a;
}
puts (words);
if (x > 3) { x++; }
grade ("01-1", swapped);"""
html = grade("a mistake is named", mistake, 0, "took the length of a row of x for the length of a row of y",
             ">hint 1 of 3</summary>", "<code>for (int i = top; i &#60; top", "at line 9")
check(html.count("<details>") == 3, "three hints, each within the one before", html)
r = k.run('grade_points ("01-1", my_transpose)')
check(r.of("execute_result") and r.of("execute_result")[0]["data"]["text/plain"] == "10", "the points as a number", r.messages)
right2 = code_of("tests/grade/right/03-4-autograd.c").replace("ex_forward", "fore").replace("ex_backward", "back")
grade("two functions", right2 + '\ngrade ("03-4", fore, back);', 10)
grade("a check of memory, where addresses are few", code_of("tests/grade/right/08-3-safetensors-header.c") + '\ngrade ("08-3", ex_safetensors_find);', 10)
grade("a kind of layer", code_of("tests/grade/right/03-2-leaky-relu.c") + '\ngrade ("03-2", ex_leaky_relu);', 10)
with open(os.path.join(ROOT, "exercises/04-3-maxpool-backward.c")) as file:
    grade("the stub as it is printed", file.read() + '\ngrade ("04-3", ex_maxpool_backward);', 0, "is not written yet")
grade("the wrong index", code_of("tests/grade/near/04-3-maxpool-backward.1.c") + '\ngrade ("04-3", ex_maxpool_backward);', 7, "and should be",
      "gave the gradient to all places that share the largest value")
half = """void halved (float *y, const float *x, int rows, int cols)
{
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            if (j != 1)
                y[j * rows + i] = x[i * cols + j];
}
grade ("01-1", halved);"""
html = grade("where it is wrong", half, 0, "Where y is wrong", "were never written (crossed)", "never written, should be")
rows, cols = (int(re.search(r"where rows = (\d+), cols = (\d+)\. Rest", html).group(k)) for k in (1, 2))
crossed = [int(row) for row in re.findall(r"<title>y \[(\d+)\]\[\d+\]: never", html)]
check(crossed == [1] * rows and html.count("<rect") == rows * cols, "the picture: row 1 of the result, and all of it", crossed)
check(html.count("#D55E00") == rows, "the picture: no other square is wrong", html)
grade("the stub", 'void none (float *y, const float *x, int rows, int cols)\n{\n    nn_panic ("nn_todo", "exercise 01-1 is not written yet");\n}\n'
      'grade ("01-1", none);', 0, "is not written yet")
grade("another type", 'int g (int x) { return x + 1; }\ngrade ("01-1", g);', 0, "conflicting types", "cell[")
k.run("int far_off (int i) { return i; }")
grade("what it calls stands in another cell", "void h (float *y, const float *x, int rows, int cols)\n{\n    y[0] = far_off (rows);\n}\n"
      'grade ("01-1", h);', 0, "far_off")
grade("printed words are no tags", 'void p (float *y, const float *x, int rows, int cols)\n{\n    puts ("<script>");\n    *y = 0;\n}\n'
      'grade ("01-1", p);', 0, "&#60;script&#62;")
for name, code, word in (
        ("an unknown exercise", 'grade ("zebra", my_transpose);', "There is no exercise"),
        ("a bad word", 'grade ("01-1; ls", my_transpose);', "is no exercise; for example"),
        ("a function of the library", 'grade ("01-1", nn_gemm);', "No cell of this notebook defines a function nn_gemm"),
        ("a function that is not there", 'grade ("01-1", not_there);', "not_there")):
    r = k.run(code)
    check(r.status == "error" and word in r.error + r.stream("stderr"), name, str(r.error) + r.stream("stderr"))
r = k.run('printf ("%d\\n", x);')
check(r.stream().strip() == "8", "the notebook goes on", r.stream())
with open(progress) as file:
    check("01-1\t10" in file.read(), "points are kept")


# -- the loop without a terminal: %next, %hint, %progress, %reset, %diff
def loop(name, code, *words, without=(), fails=False):
    r = k.run(code)
    text = "".join(d["data"].get("text/markdown", "") for d in r.of("display_data")) + r.stream() + (r.error or "")
    check((r.status == "error") == fails and all(w in text for w in words) and not any(w in text for w in without + ("make ",)), name, text)
    return r


with open(progress, "w") as file:
    file.write("01-1\t10\t0\t2026-01-01 10:00\n")
r = loop("%next: the first that is not done", "%next", "### 01-2", "points)", "The cell below begins it", "`%hint 01-2`")
with os.popen("awk -f %s/solutions/stub.awk %s/solutions/01-2-*.c" % (ROOT, ROOT)) as file:
    stub = file.read().split("*/\n", 1)[1].strip()
payload = r.reply["content"]["payload"]
name = re.search(r"(ex_\w+) \(", stub).group(1)
check(len(payload) == 1 and payload[0]["text"] == stub + '\n\ngrade ("01-2", %s);' % name, "and a cell that begins it", payload)
check("%next" in k.run("%help").stream(), "%help names them")
begun = k.run(payload[0]["text"])
check("is not written yet" in str(begun.of("display_data")), "which runs as it is, and says that nothing is written", begun.error or begun.messages)
loop("%next 1.3: a number at the beginning of a line is no list", "%next 1.3", "deviation 1. Your only", without=("\n1. Your",))
loop("%next 3.4: one that is named", "%next 3.4", "### 03-4", "*tape*")
r = k.run("%next 03-4")
check(r.reply["content"]["payload"][0]["text"].endswith('grade ("03-4", ex_forward, ex_backward);'), "with all of its functions", r.reply)
for level in (1, 2, 3):
    loop("%%hint: level %d" % level, "%hint 02-1", "**hint %d of 3**" % level, without=("hint %d of 3" % (level + 1),))
loop("%hint: a minus at the beginning of a line is no list", "%hint 1.3", "1 - u")
loop("%hint: no fourth", "%hint 02-1", "That is the last one.")
loop("%progress", "%progress", "Matrices", "1 of ", "Next: 01-2", "%next")
r = loop("%reset begins it anew", "%reset 01-1", "What you wrote stays in its cell")
check(r.reply["content"]["payload"][0]["text"].count("nn_todo") == 1, "in a cell below", r.reply)
r = loop("%diff beside the solution", "%diff 01-1 my_transpose", "--- yours", "+++ the solution", without=("my_transpose", "#line"))
check("\x1b[32m+" in r.stream(), "in colours", repr(r.stream()))
loop("%diff: not before all points", "%diff 02-1", "is shown when you have all 10 points; your best is 0. A hint: `%hint 02-1`", fails=True)
loop("%diff: a function that is not there", "%diff 01-1 nowhere", "No cell of this notebook defines a function nowhere", fails=True)
loop("%hint: which?", "%hint zebra", "usage: %hint, or %hint 01-1", fails=True)
loop("%next: there is none", "%next 99-9", "There is no exercise '99-9'", "1 | %next 99-9", without=("nnk_magic",), fails=True)
loop("%reset: which?", "%reset", "usage: %reset 01-1", fails=True)
r = k.run("grade (01-1, my_transpose);")
check("stands in quotes" in (r.error or ""), "a number without quotes", r.error)
r = k.run('grade ("01-1", not_here);')
check("undeclared" in r.error and "macro" not in r.error, "how a macro is written is not said", r.error)
left = k.end()
check(not left, "nothing stays behind", left)
shutil.rmtree(home)
done()
