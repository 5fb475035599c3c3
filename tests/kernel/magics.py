#!/usr/bin/python3
"""What a cell says to the kernel: magics, and the directives of xeus-cling and of the older C kernels."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, check, done

k = Kernel()


def gives(code, value=None, out=None, name=None, answers=()):
    r = k.run(code, answers)
    good = r.status == "ok" and (value is None or r.value == value) and (
        out is None or (out.fullmatch(r.stream()) if hasattr(out, "fullmatch") else r.stream() == out))
    return check(good, name or code.splitlines()[0][:60], "value %r, stdout %r, %s" % (r.value, r.stream(), r.error or r.messages))


def fails(code, *words, name=None):
    r = k.run(code)
    text = r.error or ""
    shown = [m["msg_type"] for m in r.messages if m["msg_type"] not in ("status", "execute_input", "stream")]
    return check(r.status == "error" and shown == ["error"] and all(w in text for w in words) and "nnk_" not in text,
                 name or "error: " + code.splitlines()[0][:50], "%s %s %s" % (r.status, shown, text))


def path(name):
    return os.path.join(k.home, name)


# -- what there is
gives("%lsmagic", out=re.compile(r"%help  %lsmagic  .*%%file.*\n"))
r = k.run("%help")
listed = k.run("%lsmagic").stream().split()
check(all("\n%s " % m in "\n" + r.stream() for m in listed) and all(w in r.stream() for w in (
    "//%cflags:", "//%args:", "#pragma cling load", "?NAME", "!COMMAND")), "%help tells of everything", r.stream())
fails("%timit 1", "'%timit' is not known; did you mean '%timeit'?")
fails("%%exectable x", "did you mean '%%executable'?")
fails("%quite_something_else", "'%quite_something_else' is not known; %help")
fails("%%file", "usage: %%file [-a] NAME")

# -- files
gives("%%file one.txt\nfirst\n  second %d", out="Writing one.txt\n")
gives("%%file -a one.txt\nthird\n", out="Appending to one.txt\n")
with open(path("one.txt")) as file:
    text = file.read()
check(text == "first\n  second %d\nthird\n", "what was written", text)
gives("%%writefile one.txt\nnew", out="Overwriting one.txt\n")
fails("%%file no/such/folder.txt\nx", "'no/such/folder.txt' cannot be written")
gives("%%file my.h\n#define FROM_FILE 12\n")
gives("#include \"my.h\"\nFROM_FILE", "12", name="a header that was written is found")

# -- programs
gives("%%executable hello\n#include <stdio.h>\nint main (int argc, char **argv)\n{\n    printf (\"%d %s\\n\", argc, argv[1]);\n}")
gives("!./hello world", out="2 world\n", name="the program runs")
gives("%%executable bare -DHOW=3\nfor (int i = 0; i < HOW; i++)\n    putchar ('x');")
check(subprocess.run([path("bare")], capture_output=True, text=True).stdout == "xxx", "statements alone are a program, too")
k.run("#define BASE 100\ntypedef struct { int v; } boxed;\nint made = 5;\nint grown[] = { 1, 2, made };\nint add (int a) { return a + made + BASE; }\nconst boxed fixed = { 3 };")
k.run("int twice (int a) { return 2 * add (a); }\nint late = twice (made); puts (\"said once\");")
k.run("int made = 6;\nint add (int a) { return a + made; }\nint main (void) { return 9; }")
gives("%%executable from_cells -- -lm\n#include <math.h>\nprintf (\"%d %d %d %d %g %d\\n\", twice (1), late, grown[2], fixed.v, floor (exp (made)), argc);\nreturn 4;")
r = subprocess.run([path("from_cells"), "more"], capture_output=True, text=True)
check((r.stdout, r.returncode) == ("14 20 5 3 403 2\n", 4), "%%executable has what the cells before define", [r.stdout, r.stderr, r.returncode])
gives("twice (1)", "14", name="as the notebook has it")
fails("%%executable wrong\nint main (void)\n{\n    return nowhere;\n}", "]:4:12: error", "nowhere")
gives("int main (int argc, char **argv)\n{\n    //%args: one \"two words\" 'x\\y'\n    for (int i = 1; i < argc; i++) printf (\"[%s]\", argv[i]);\n    return 0;\n}",
      out="[one][two words][x\\y]", name="//%args:")
gives("int main (int argc, char **argv) { printf (\"%d\", argc); return 0; }", out="1", name="and the next cell has none")
gives("int main (void) { puts (\"out\"); exit (0); }", out="out\n", name="exit (0) of a main ends its cell well")
r = k.run("int changed = 1;\nvoid leave (void) { changed = 2; exit (3); }\nint main (void) { leave (); return 0; }")
ended = {"text/plain": "the program ended with exit status 3"}
check(r.status == "ok" and [c["data"] for c in r.of("display_data")] == [ended] and not r.stream("stderr") and k.run("changed").value == "2",
      "exit (3) is told, and what the program did stays", r.error)
r = k.run("int main (void) { puts (\"out\"); fputs (\"its own\\n\", stderr); return 1; }")
seen = [m["content"].get("text") or m["content"]["data"]["text/plain"] for m in r.messages if m["msg_type"] in ("stream", "display_data")]
check(r.status == "ok" and seen == ["out\n", "its own\n", "the program ended with exit status 1"] and r.stream("stderr") == "its own\n",
      "so is what main returns, behind what it has written, and not on stderr", r.messages)
gives("int main (void) { if (fork () == 0) exit (5); int s; wait (&s); printf (\"%d\", WEXITSTATUS (s)); return 0; }".replace("int", "#include <sys/wait.h>\nint", 1),
      out="5", name="a child of a program exits alone")
fails("exit (0);", "exit (0) was called", name="exit in a cell without main is an error")
r = k.run("//%cflags: -std=c99 -O0 -g -lm\nint main (void) { printf (\"%g\\n\", sqrt (16)); return 0; }")
check(r.stream() == "4\n" and not r.of("display_data"), "flags that do not fit the precompiled header cost time, not words", r.messages)
gives("#define halved(x) ((x) / 2)\nhalved (9)", "4")
gives("//%cflags: -DLEVEL=4 -DTEXT=5\nLEVEL + TEXT", "9")
fails("LEVEL", "undeclared", name="flags are those of one cell")
gives("// %cflags is only a comment here\n//%% and here\n//%name\n1", "1")
gives("//% CFLAGS : -DLEVEL=4\nLEVEL", "4", name="blanks and capitals in a directive")
gives("int main (int argc, char **argv)\n{\n    //%args: a,b \"c, d\" e\n    for (int i = 1; i < argc; i++) printf (\"[%s]\", argv[i]);\n    return 0;\n}",
      out="[a][b][c, d][e]", name="//%args: with commas")
fails("//%cflag: -DX", "did you mean '//%cflags:'?")

# -- libraries and paths
os.makedirs(path("deep/inc"))
os.makedirs(path("deep/lib"))
with open(path("deep/inc/far.h"), "w") as file:
    file.write("int far_away (int);\n")
for name, value in ("far", 1), ("near", 2):
    with open(path(name + ".c"), "w") as file:
        file.write("int %s_away (int v) { return v + %d; }\n" % (name, value))
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", path("deep/lib/lib%s.so" % name), path(name + ".c")], check=True)
fails("#include <far.h>", "far.h")
gives('#pragma cling add_include_path("deep/inc")\n#pragma cling add_library_path("deep/lib")\n#pragma cling load("libfar")\n'
      '#include <far.h>\nfar_away (5)', "6", name="add_include_path, add_library_path, load")
gives("far_away (6)", "7", name="and they stay")
gives("#include <far.h>\n1", "1", name="the include path stays")
gives("//%ldflags: -lm -lnear\nint near_away (int);\nnear_away (5)", "7", name="//%ldflags: -l")
gives("//%%cflags: -Ldeep/lib -lnear -I%s -lm\nnear_away (6)" % path("deep/inc"), "8", name="//%cflags: with libraries, as is often seen")
gives(".I deep/inc\n", name=".I: a folder")
gives(".L deep/lib/libfar.so\n", name=".L: a library")
gives("%%file helper.c\nint helped (int a) { return a + 50; }")
gives(".L helper.c", name=".L: a file")
gives("helped (1)", "51")
fails(".L nowhere", "libnowhere.so")
fails(".x nowhere.c", "error")
fails('#pragma cling load("libnowhere")', "libnowhere.so")
fails('#pragma cling lod("x")', "did you mean 'load'?")
fails("#pragma cling load x", 'load("...")')
fails('#pragma cling add_include_path("no/such")', "there is no folder 'no/such'")
r = k.run('#pragma cling load("deep/lib/libnear.so")\n1')
check(r.status == "ok" and not r.of("display_data"), "a pragma gives no warning", r.messages)
fails('#pragma cling load("libfar")\nint a1 = 1;\nno_such', "]:3:1: error", name="lines keep their numbers")

# -- time
clock = re.compile(r"[0-9.e+]+ (ns|us|ms|s) per loop \(the best of (\d+) rounds, (\d+) loops? each\)\n")
k.run("double x = 2;\nvoid quiet (void) { x = x + 1; }\nint times = 0;")
gives("%timeit -n10 -r3 -p1 times", out=re.compile(r"[0-9](e[+-][0-9]+)? [mun]?s per loop \(the best of 3 rounds, 10 loops each\)\n"), name="%timeit -p: digits")
gives("%timeit sqrt (x)", out=clock)
gives("%timeit quiet ()", out=clock, name="%timeit of a void function")
gives("%timeit for (int i = 0; i < 10; i++) x += i;", out=clock)
r = k.run("%timeit -n 10 -r 3 times++")
check(clock.fullmatch(r.stream()) and clock.fullmatch(r.stream()).groups()[1:] == ("3", "10"), "%timeit -n -r", r.stream())
gives("times", "30", name="run as often as was asked")
gives("%%timeit -n 2 -r 2 times = 0\nint step = 1;\ntimes += step", out=clock)
gives("times", "4", name="%%timeit: the first line once")
gives("%timeit -n 1 -r 1 times = 7\ntimes", "7", name="a cell below a line")
fails("%timeit no_such_name", "no_such_name")
fails("%%timeit\nx = 1;\nno_such_name ();", "]:3:1: error")

# -- input
gives("%%stdin 3 4\nint a, b;\nprintf (\"two: \"); scanf (\"%d %d\", &a, &b);\na + b", "7", "two: 3 4\n", name="%%stdin TEXT")
gives("%%stdin <<END\none line\nanother\nEND\nchar s[9][99]; int n = 0;\nwhile (n < 9 && fgets (s[n], 99, stdin)) n++;\nprintf (\"%d %s\", n, s[1]);",
      out="one line\nanother\n2 another\n", name="%%stdin <<WORD")
fails("%%stdin <<END\none\nEND\n\nwrong_here;", "]:5:1: error")
gives("int typed;\nscanf (\"%d\", &typed);\ntyped", "9", name="afterwards the reader is asked again", answers=["9"])

gives("char rest = (char) getchar ();\nrest", "'n'", name="what a cell has not read is not read by the next", answers=["new"])
gives("char byte = 0;\nread (0, &byte, 1);\nbyte", "'a'", name="neither by read (0)", answers=["ab"])
gives("read (0, &byte, 1);\nbyte", "'c'", name="nor after it", answers=["cd"])

# -- undo, analyze
k.run("int kept = 1;")
k.run("kept = 2;")
gives("%undo\nkept", "1")
r = k.run("%%analyze\nint leak (int n)\n{\n    char *p = malloc (10);\n    if (n) return 1;\n    free (p);\n    return 0;\n}")
found = [c["data"]["text/plain"] for c in r.of("display_data")]
check(r.status == "ok" and len(found) == 1 and "leak of" in found[0] and re.search(r"\]:5:\d+: warning", found[0]) and "nnk" not in found[0],
      "%%analyze finds a leak at its line", r.messages)
r = k.run("int leak2 (int n)\n{\n    char *p = malloc (10);\n    if (n) return 1;\n    free (p);\n    return 0;\n}")
check(r.status == "ok" and not r.of("display_data"), "only that cell is analyzed", r.messages)

# -- sanitize
k.run("int three[3] = { 1, 2, 3 };\nint *heap = malloc (12);\nint ran = 1;")
number = k.run("ran++;\nputs (\"once\");").reply["content"]["execution_count"]
fails("%%sanitize\nfor (int i = 0; i <= 3; i++)\n    heap[i] = i;", "cell[%d]:3: heap-buffer-overflow, WRITE of size 4" % (number + 1),
      "right of 12-byte region", "allocated in cell[%d]:2" % (number - 1))
fails("%%sanitize\nint j = atoi (\"3\");\n\nthree[j]", "]:4: Index 3 out of bounds for type 'int [3]'", "    4 | three[j]")
fails("%%sanitize\nfree (heap);\nheap[0]", "]:3: heap-use-after-free, READ of size 4", "freed in cell[", "]:2, allocated in")
fails("%%sanitize\nvoid deep (int n)\n{\n    volatile char room[4] = { 0 };\n    room[n] = room[0];\n}\ndeep (atoi (\"9\"));", "]:5: ", "deep")
fails("%%sanitize\nno_such", "]:2:1: error")
r = k.run("%%sanitize\nran = 40;\nputs (\"out\");\nran + 2")
check(r.status == "ok" and r.value == "42" and r.stream() == "out\n" and not r.stream("stderr"), "%%sanitize: a sound cell", r.messages)
gives("ran", "2", name="%%sanitize leaves everything as it was")
gives("1 << (int) three[0]", "2", name="and the executor is the one before")
check(k.end() == [], "nothing is left behind")
done()
