#!/usr/bin/python3
"""What a learner reads: an error in colours, sentences that help, a cell that is offered below."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, check, done

k = Kernel()
RED, CYAN, PLAIN = "\x1b[1;31m", "\x1b[1;36m", "\x1b[0m"


def says(name, code, *words, without=()):
    r = k.run(code)
    text = r.error or r.stream() + "".join(str(d["data"].get("text/plain")) for d in r.of("display_data"))
    check(all(w in text for w in words) and not any(w in text for w in without), name, text)
    return r


# -- colours: what it is, and the marks below a line
r = k.run("*(int *) 0 = 1;")
check("\n" + RED + "SIGSEGV" + PLAIN + ": cell[1]:1: a null" in r.coloured and r.error.count("SIGSEGV") == 2, "a crash is red", repr(r.coloured))
r = k.run("int twice (int v) { return 2 * v; }\nint v = twice (1, 2);")
check("cell[2]:2:9: %serror:%s too many" % (RED, PLAIN) in r.coloured and "    2 | int v = twice (1, 2);\n" in r.coloured
      and "      |         %s^~~~~%s" % (RED, PLAIN) in r.coloured and "%snote:%s declared here" % (CYAN, PLAIN) in r.coloured,
      "gcc's words and marks are coloured, the line is not", repr(r.coloured))
check(r.of("error")[0]["evalue"].startswith("cell[2]:2:9: error: too many") and "cell[2]:2:9: error: too many" in r.error,
      "its sentence has no colours", r.of("error"))

# -- sentences
says("text in quotes", "char *s = \"Ada\";\ns[0] = 'B';", "SIGSEGV", "may not be written", "char s[] = \"text\" is a copy")
says("a call of what is no function", "int data = 3;\nvoid (*wrong) (void) = (void (*) (void)) &data;\nwrong ();", "SIGSEGV",
     "]:3: a function was called at an address where none is")
says("a missing header", "#include <nosuch.h>", "nosuch.h: No such file", without=("terminated",))
says("the way to a header of the kernel is left out", "nnk_display_bundle (1);", "expected", without=("In file included", "nnk_prelude"))
with open(os.path.join(k.home, "mine.h"), "w") as file:
    file.write("int broken (;\n")
says("that to one's own is not", "#include \"mine.h\"", "In file included from cell[", "mine.h:1")
k.run("struct point { double x, y; };\nstruct point p = { 1, 2 };")
says("a type that changes, and its variable in the same cell", "struct point { float x, y, z; };\np", "undeclared",
     "struct point has changed. These were made with the old one and are forgotten: p (cell[")
check(k.run("p").value == "{ .x = 1.0, .y = 2.0 }", "nothing was forgotten, for it did not compile")
shown = k.run("%help").stream()
check("\n%timeit [-n LOOPS] [-r ROUNDS] [-p DIGITS] CODE\n" + " " * 43 + "how long" in shown and "\n%undo [CELLS]" + " " * 30 + "goes back" in shown,
      "%help stands in two columns", shown)

# -- %%sanitize goes on after a cell that has a fault itself
k.run("int eight[8] = { 3, 1, 4, 1, 5, 9, 2, 6 };\nint beyond = 8;")
faulty = k.run("int last = eight[beyond];\nlast = 7;")
check(faulty.status == "ok", "a read beyond an array is not seen", faulty.error)
at = k.ask("history_request", {"hist_access_type": "tail", "n": 1, "output": False, "raw": True})["history"][0][1]
says("%%sanitize sees it in its own cell", "%%sanitize\nint again = eight[beyond];", "cell[" + str(at + 1) + "]:2: Index 8 out of bounds")
r = says("and runs after an earlier one", "%%sanitize\neight[0] + 4", "An earlier cell has a fault itself and was left out: cell[%d]:1: Index 8" % at)
check(r.value == "7", "with its value", r.messages)
says("what cannot be compiled without it names it", "%%sanitize\nlast", "cell[%d]:1: Index 8" % at, without=("undeclared",))

# -- a cell below
r = k.run("nnk_offer_cell (\"first\"); nnk_offer_cell (\"int x;\\n\"); 1")
check(r.reply["content"]["payload"] == [{"source": "set_next_input", "text": "int x;\n", "replace": False}], "a cell offers the text of the one below", r.reply)
check(not k.run("1").reply["content"]["payload"], "and only that one")
check(not k.run("nnk_offer_cell (\"x\"); abort ();").reply["content"].get("payload"), "not if it fails")
check(not k.run("1").reply["content"]["payload"], "nor afterwards")
left = k.end()
check(not left, "nothing stays behind", left)
done()
