#!/usr/bin/python3
"""What C code shows: kernel/nnk.h and chapters/cells.h in a cell, and in a program that knows no kernel."""
import base64
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from PIL import Image
from harness import BUILD, Kernel, ROOT, check, done

# -- tables and files, in a cell
k = Kernel()


def shown(code, kind="display_data"):
    """The bundles that a cell displays, and what it said."""
    r = k.run(code)
    return [c["data"] for c in r.of(kind)], r


k.run('const char *head[] = { "net", "a<c" }, *side[] = { "CNN", "\u00e9&" };\nfloat x[4] = { 1, 2.5f, 3.25f, 1e9f };')
seen, r = shown("nnk_display_table (.rows = 2, .columns = 2, .number = x, .head = head, .side = side);")
check(seen == [{"text/plain": "      net    a<c\nCNN     1    2.5\n \u00e9&  3.25  1e+09",
                "text/html": "<table><tr><th></th><th>net</th><th>a&lt;c</th></tr><tr><th>CNN</th><td>1</td><td>2.5</td></tr>"
                             "<tr><th>\u00e9&amp;</th><td>3.25</td><td>1e+09</td></tr></table>"}], "a table of numbers, as text and HTML", r.messages)
seen, r = shown("nnk_display_table (.rows = 1, .columns = 2, .number = x, .digits = 2);")
check(seen and seen[0]["text/plain"] == "1.00  2.50", "digits behind the point", r.messages)
seen, r = shown("nnk_display_table (.rows = 1, .columns = 2, .text = (const char *[]) { \"a\", NULL });")
check(seen and seen[0]["text/html"] == "<table><tr><td>a</td><td></td></tr></table>", "a table of strings, one missing", r.messages)
seen, r = shown("float big[40 * 50];\nnnk_display_table (.rows = 40, .columns = 50, .number = big);")
check(seen and seen[0]["text/plain"].endswith("\u2026 of 40 rows and 50 columns") and seen[0]["text/html"].count("<td>") == 900,
      "of a large table a part, and how much there is", r.messages)
seen, r = shown("nnk_display_table (.rows = 0, .columns = 2, .number = x, .head = head);")
check(seen and seen[0]["text/plain"] == "net  a<c", "a table without rows", r.messages)
r = k.run("nnk_display_table (.rows = 1, .columns = 1, .number = x, .id = \"t\");\n"
          "nnk_display_table (.rows = 1, .columns = 1, .number = x + 1, .id = \"t\", .update = true);")
check([c["transient"] for c in r.of("display_data") + r.of("update_display_data")] == [{"display_id": "t"}] * 2 and
      r.of("update_display_data")[0]["data"]["text/plain"] == "2.5", "a table that is updated", r.messages)
for code, why in (("nnk_display_table (.rows = 1, .columns = 1);", "it needs .rows, .columns, and .text or .number"),
                  ('nnk_display_file ("no.png");', "'no.png' cannot be read: No such file"),
                  ('nnk_display_file ("a.xyz");', "'a.xyz' ends in none of .png"),
                  ('nnk_display_file (".");', "'.' ends in none of"),
                  ('nnk_display ("text/html", NULL, 0);', "without its type or its data")):
    r = k.run(code)
    check(r.status == "error" and why in (r.error or ""), "error: " + code, r.error)
with open(k.home + "/p.png", "wb") as file:
    file.write(b"\x89PNG\0" + b"x" * 200000)
with open(k.home + "/p.svg", "w") as file:
    file.write("<svg/>")
seen, r = shown('nnk_display_file ("p.png"); nnk_display_file ("p.svg");')
check(len(seen) == 2 and len(seen[0].get("image/png", "")) == 4 * ((200005 + 2) // 3) and seen[1] == {"image/svg+xml": "<svg/>"},
      "files are shown as what they are", r.error)
check(k.run("nnk_in_notebook ()").value == "true", "a cell is in a notebook")

# -- a type that a cell teaches
k.run('typedef struct { const char *text; } html;\nvoid nnk_show_html (const html *h) { nnk_display ("text/html", h->text, 0); }\nhtml h = { "<b>one</b>" };')
seen, r = shown("h", "execute_result")
check(seen == [{"text/html": "<b>one</b>"}], "a cell teaches the kernel its type", r.messages)
seen, r = shown("html *ph = &h;\nph", "execute_result")
check(seen == [{"text/html": "<b>one</b>"}], "also by pointer", r.messages)
seen, r = shown('void nnk_show_html (const html *h) { nnk_display ("text/html", "anew", 0); }\nh', "execute_result")
check(seen == [{"text/html": "anew"}], "the shower may be defined anew", r.messages)
r = k.run("void nnk_show_html (const html *h) { nnk_display (\"text/html\", *(char **) 8, 0); }\nh")
check(r.status == "error" and "nnk_show_html" in r.error, "a shower that crashes costs its cell", r.error)
check(k.run("h.text").value == '"<b>one</b>"', "and nothing else")
check(k.end() == [], "nothing is left behind")

# -- the library's values
CELLS = ["-I", ROOT + "/lib", "-I", ROOT + "/kernel"]
k = Kernel("--prelude", ROOT + "/chapters/cells.h", "--library", BUILD + "/libcells.so", *CELLS, "-I", ROOT + "/exercises")
MAKE = """nn_epoch rows[3] = { { .loss = 2, .accuracy = 0.2f, .val_loss = 2.1f, .val_accuracy = 0.1f }, { .loss = 1.5f, .accuracy = 0.4f, .val_loss = 1.7f, .val_accuracy = 0.35f },
    { .loss = 1, .accuracy = 0.6f, .val_loss = 1.6f, .val_accuracy = 0.4f } };
nn_history told = { 3, 3, rows };
nn_net *net = nn_net_new (.seed = 7);
nn_cross_entropy (net, nn_dense (net, nn_input (net, 8, 8, 3), .units = 4));
nn_net_build (net, .batch = 2);
int counts[9] = { 5, 1, 0, 2, 7, 0, 0, 0, 9 };
const char *const names[3] = { "cat", "dog", "frog" };
"""
r = k.run(MAKE)
if r.status != "ok":
    check(False, "the library in a cell", r.error)
seen, r = shown("told", "execute_result")
check(seen and "<svg" in seen[0].get("image/svg+xml", "") and "    3    1.0000    0.6000           1.6000    0.4000" in seen[0]["text/plain"],
      "a history is a curve, and a table where there are no pictures", r.messages)
seen, r = shown("nnk_show (&told); nnk_show_confusion (counts, 3, names);\n1")
check(len(seen) == 2 and "<svg" in seen[1].get("image/svg+xml", "") and "frog" in seen[1]["image/svg+xml"] and
      seen[1]["text/plain"].splitlines()[2:] == [" 0 cat           5     1     0", " 1 dog           2     7     0", " 2 frog          0     0     9"],
      "nnk_show, and a confusion matrix", r.messages)
seen, r = shown("nn_confusion matrix = { names, 3, 24, counts };\nmatrix", "execute_result")
check(seen and ">78 %<" in seen[0].get("image/svg+xml", "") and " 1 dog           2     7     0" in seen[0]["text/plain"],
      "an nn_confusion shows itself, with counts and rates", r.messages)
r = k.run("nnk_show_confusion (counts, 0, names);")
check(r.status == "error" and "at least one class" in r.error, "a confusion of no classes", r.error)
seen, r = shown("nn_tensor picture = { 0 };\nnn_arena *arena = nn_arena_new (false);\n"
                "must (nn_tensor_new (&picture, arena, 1, 8, 8, 3));\npicture", "execute_result")
check(seen and seen[0].get("image/png", "").startswith("iVBOR") and "8" in seen[0]["text/plain"], "a tensor of a picture's shape is one", r.messages)


def dots(png):
    """The picture of a bundle: its width and height, and the brightness of a dot."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    return picture.size, picture.getpixel


seen, r = shown("""nn_tensor images = { 0 }, maps = { 0 };
must (nn_tensor_new (&images, arena, 30, 4, 5, 3));
must (nn_tensor_new (&maps, arena, 2, 6, 6, 16));
for (int i = 0; i < 30; i++) for (int row = 0; row < 4; row++) for (int k = 0; k < 15; k++) images.x[nn_at (&images, i, row, 0) + k] = i - 10;
for (int row = 0; row < 6; row++) for (int k = 0; k < 96; k++) maps.x[nn_at (&maps, 0, row, 0) + k] = k % 16;
images""", "execute_result")
if check(seen and {"text/plain", "text/html", "image/png"} == set(seen[0]), "a tensor of images: text, HTML and PNG in one bundle", r.messages):
    (width, height), at = dots(seen[0]["image/png"])
    check((width, height) == (8 * 6 - 1, 3 * 5 - 1) and at((0, 0)) == (0, 0, 0) and at((5, 0)) == (255, 255, 255) and at((6 * 5, 0))[0] == round(255 * 5 / 29)
          and at((47 - 5, 14 - 4))[0] == round(255 * 23 / 29), "its images side by side, on one scale", [width, height, at((30, 0))])
    html = seen[0]["text/html"]
    check("<div>30 x 4 x 5 x 3, from -10 to 19, mean 4.5</div>" in html and "the first 24 of 30 images" in html and " -10.0000" in html and
          "base64," + seen[0]["image/png"] in html, "below its shape and range, above the first of its numbers", html[:200])
seen, r = shown("maps", "execute_result")
if check(seen and "image/png" in seen[0], "a tensor of other channels", r.messages):
    (width, height), at = dots(seen[0]["image/png"])
    check((width, height) == (8 * 7 - 1, 2 * 7 - 1) and at((0, 0))[0] == 0 and at((54, 12)) == (255, 255, 255) and at((14, 0))[0] == round(255 * 2 / 15)
          and "16 channels of the first image" in seen[0]["text/html"], "is its channels as grey maps", [width, height, at((14, 0))])
seen, r = shown("maps.x[nn_at (&maps, 0, 2, 1)] = NAN; maps.x[nn_at (&maps, 1, 0, 0)] = INFINITY;\nmaps", "execute_result")
check(seen and "image/png" in seen[0] and "to inf" in seen[0]["text/html"], "values that are no numbers do no harm", r.messages)
seen, r = shown("nn_tensor row = { 0 };\nmust (nn_tensor_new (&row, arena, 3, 1, 1, 10));\nrow", "execute_result")
check(seen and set(seen[0]) == {"text/plain"}, "a tensor in which there is nothing to be seen is its numbers", r.messages)
seen, r = shown("nnk_show (&picture); nnk_show (net);")
check(len(seen) == 2 and "dense" in seen[1]["text/plain"], "nnk_show of a tensor and of a net", r.messages)
seen, r = shown("net", "execute_result")
check(seen and "<th style=\"text-align:left\">layer</th>" in seen[0]["text/html"] and "dense_1</td>" in seen[0]["text/html"] and
      seen[0]["text/html"].count("<tr>") == 4 and "772 parameters" in seen[0]["text/html"].split("</table>")[1] and "dense_1  " in seen[0]["text/plain"],
      "a net is its table of layers, as text and as HTML", r.messages)
r = k.run("nn_export (NULL, \"nowhere.safetensors\", NULL);")
check(r.status == "error" and "the net must be built before it is saved" in r.error and "cell[" in r.error, "a contract of the library that is broken ends the cell", r.error)
seen, r = shown("float heat[4] = { 1, 2, 3, 4 }; nn_image two[2] = { 0 };\nfor (int i = 0; i < 2; i++) must (nn_image_fit (&two[i], 8, 8, 3));\n"
                "must (nn_plot_heat (heat, 2, 2)); must (nn_plot_images (two, 2)); must (nn_plot_curves (&((nn_curve) { \"a\", NULL, heat, 4 }), 1));\n"
                "must (nn_plot_heat (heat, 2, 2, .file = \"heat.png\")); nnk_display_file (\"heat.png\");")
check(len(seen) == 4 and all("<svg" in bundle.get("image/svg+xml", "") for bundle in seen[:3]) and seen[3].get("image/png", "").startswith("iVBOR"),
      "heat maps, sheets of images and curves in a cell, as SVG and as PNG", [list(bundle) for bundle in seen] + [r.error])
r = k.run("nn_history empty = { 0 };\nempty")
check((r.value or "").startswith("epoch"), "an empty history", r.error)

# -- a curve that grows: at most four times a second, at most a twentieth of the time. What gnuplot's own clock says of each
# drawing is compared with the pause after it: that holds on a busy machine as on a quiet one.
GNUPLOT = """#!/bin/sh
began=$(date +%%s.%%N)
"%s" "$@"
status=$?
echo "$began $(date +%%s.%%N)" >> "%s"
exit $status
"""
home = tempfile.mkdtemp(prefix="nn-display-")
drawings = os.path.join(home, "drawings")
with open(os.path.join(home, "gnuplot"), "w") as file:
    file.write(GNUPLOT % (shutil.which("gnuplot"), drawings))
os.chmod(os.path.join(home, "gnuplot"), 0o755)
r = k.run("""#include <sys/stat.h>
setenv ("PATH", "%s:%s", 1);
told = (nn_history) { 3, 3, rows };
const nn_callback curve = live_curve ();
nn_training now = { .history = &told, .loss = 1.2, .accuracy = 0.5 };
const double began = seconds ();
struct stat log = { 0 };
long calls = 0;
curve.begin (curve.self, &now);
while (log.st_size < 3 * 42 && seconds () - began < 600) {
    curve.batch (curve.self, &now);
    usleep (1000);
    calls++;
    stat ("%s", &log);
}
curve.end (curve.self, &now);
printf ("%%ld", calls);""" % (home, os.environ["PATH"], drawings))
first, updates = r.of("display_data"), r.of("update_display_data")
with open(drawings) as file:
    times = [tuple(float(word) for word in line.split()) for line in file]
check(r.status == "ok" and len(first) == 1 and len(updates) == 3 and len(times) == 4, "a live curve is redrawn while the cell runs, and at its end",
      [r.stream(), r.error, len(updates), times])
pauses = [(times[i][1] - times[i][0], times[i + 1][0] - times[i][1]) for i in range(len(times) - 2)]  # the last comes when it ends
check(len(pauses) == 2 and all(pause >= 0.25 for _, pause in pauses), "at most four times a second", pauses)
check(len(pauses) == 2 and all(pause >= 19.9 * took for took, pause in pauses), "and takes little of the time", pauses)
check(int(r.stream() or 0) > 100, "most steps draw nothing", r.stream())
shutil.rmtree(home)
check({c["transient"]["display_id"] for c in first + updates} == {first[0]["transient"]["display_id"]}, "always the same display")
before = r.of("update_display_data")[-1]["data"]
r2 = k.run("curve.begin (curve.self, &now); curve.end (curve.self, &now);")
check(len(r2.of("display_data")) == 1 and r2.of("display_data")[0]["transient"] != first[0]["transient"] and
      "<svg" in r2.of("display_data")[0]["data"].get("image/svg+xml", ""), "used again it is a display of its own", r2.messages)
check(k.run("quick_or_full (3, 20)").value == "3", "a cell is quick unless it is asked to be full")
check(k.run("setenv (\"NN_FULL\", \"1\", 1);\nquick_or_full (3, 20)").value == "20", "NN_FULL=1 asks for it")
check(k.end() == [], "nothing is left behind")

# -- the same header in a program
home = tempfile.mkdtemp(prefix="nn-display-")
PROGRAM = """#include <nnk.h>
#include "other.h"
int main (int argc, char **argv)
{
    (void) argv;
    nnk_display ("text/plain", "in words", 0);
    nnk_display ("image/svg+xml", "<svg/>", 0);
    nnk_display ("image/png", "\\x89PNG\\0", 5);
    nnk_display_as ("kept", "text/html", "before", 0);
    nnk_update ("kept", "text/html", "after", 0);
    other ();
    nnk_clear_output (true);
    if (argc > 1)
        nnk_raise ("a sentence");
    return nnk_interrupted () || nnk_in_notebook ();
}
"""
OTHER = """#include <nnk.h>
#include "other.h"
void other (void)
{
    nnk_display_table (.rows = 1, .columns = 2, .number = (const float[]) { 1, 2 });
}
"""
for name, text in ("program.c", PROGRAM), ("other.c", OTHER), ("other.h", "void other (void);\n"):
    with open(os.path.join(home, name), "w") as file:
        file.write(text)
made = subprocess.run(["make", "-s", "install", "PREFIX=" + home + "/usr"], cwd=ROOT, capture_output=True, text=True,
                      env={**os.environ, "JUPYTER_DATA_DIR": home + "/jupyter"})
check(made.returncode == 0 and os.path.exists(home + "/usr/include/nnk.h"), "make install brings the header", made.stderr)
asked = subprocess.run(["pkg-config", "--cflags", "nnk"], capture_output=True, text=True, env={**os.environ, "PKG_CONFIG_PATH": home + "/usr/lib/pkgconfig"})
check(asked.stdout.split() == ["-I" + home + "/usr/include"], "and pkg-config knows it", asked.stdout + asked.stderr)
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2"]
for compiler in "gcc", "clang":
    made = subprocess.run([compiler, *STRICT, "-I", home + "/usr/include", "-o", home + "/program", home + "/program.c", home + "/other.c"],
                          capture_output=True, text=True)
    check(made.returncode == 0, "two files of a program include it, " + compiler, made.stderr)


def call(program, *arguments, **environment):
    clean = {name: value for name, value in os.environ.items() if name != "NNK_FILES"}
    return subprocess.run([home + "/" + program, *arguments], cwd=home, capture_output=True, text=True, env={**clean, **environment})


before = sorted(os.listdir(home))
r = call("program")
check(r.returncode == 0 and r.stdout == "in words\n1  2\n" and not r.stderr and sorted(os.listdir(home)) == before,
      "without NNK_FILES only text is shown", [r.stdout, r.stderr])
os.mkdir(home + "/out")
for turn in 1, 2:
    r = call("program", NNK_FILES="out")
    files = {name: open(os.path.join(home, "out", name), "rb").read() for name in sorted(os.listdir(home + "/out"))}
    check(r.returncode == 0 and len(files) == 3 * turn + 1 and files["kept.html"] == b"after" and files["display-%d.svg" % turn] == b"<svg/>" and
          files["display-%d.png" % turn] == b"\x89PNG\0" and b"<td>1</td>" in files["display-%d.html" % turn],
          "NNK_FILES: files, none of which is replaced (%d)" % turn, [files, r.stderr])
r = call("program", NNK_FILES="nowhere")
check(r.returncode == 0 and "nowhere/display-1.svg cannot be written: No such file or directory (NNK_FILES says where)" in r.stderr,
      "a folder that is not there", r.stderr)
r = call("program", "raise")
check(r.returncode == 1 and r.stderr == "a sentence\n" and r.stdout.endswith("1  2\n"), "nnk_raise ends a program", [r.stdout, r.stderr])

# -- and the library's values in one
with open(home + "/nets.c", "w") as file:
    file.write('#include "cells.h"\nint main (void)\n{\n' + MAKE +
               "    const nn_callback curve = live_curve ();\n    nn_training now = { .history = &told };\n"
               "    curve.begin (curve.self, &now);\n    curve.batch (curve.self, &now);\n    curve.end (curve.self, &now);\n"
               "    nnk_show (&told);\n    nnk_show_confusion (counts, 3, names);\n    nnk_show (net);\n    nn_net_free (&net);\n}\n")
made = subprocess.run(["gcc", *STRICT, "-D_GNU_SOURCE", *CELLS, "-I", ROOT + "/chapters", "-o", home + "/nets", home + "/nets.c", "-L", BUILD, "-lcells",
                       "-lnn", "-lm", "-Wl,-rpath," + BUILD, "-fopenmp"], capture_output=True, text=True)
check(made.returncode == 0, "a program with the library's values is made", made.stderr)
r = call("nets")
check(r.returncode == 0 and "epoch" in r.stdout and "1 dog" in r.stdout and not r.stderr, "its values are printed", [r.stdout, r.stderr])
os.mkdir(home + "/nets.out")
r = call("nets", NNK_FILES="nets.out")
files = sorted(os.listdir(home + "/nets.out"))
check(r.returncode == 0 and len(files) == 4 and files[0].startswith("curve-") and files[1:] == ["display-1.html", "display-1.svg", "display-2.svg"],
      "a curve, a history, a confusion and a net become files", [files, r.stderr])
subprocess.run(["rm", "-rf", home], check=True)
done()
