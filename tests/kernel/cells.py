#!/usr/bin/python3
"""What cells mean: state, redefinition, order, the last value, messages of the compiler at the reader's place."""
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Kernel, check, done

k = Kernel()


def gives(code, value=None, out=None, name=None):
    """The cell goes well, with this value and this text on stdout."""
    r = k.run(code)
    good = r.status == "ok" and (value is None or r.value == value) and (out is None or r.stream() == out)
    return check(good, name or code.splitlines()[-1][:60],
                 "value %r, stdout %r, %s" % (r.value, r.stream(), r.error or "no error"))


def fails(code, *words, name=None):
    """The cell fails with one error message that holds these words, and speaks of nothing that was generated."""
    r = k.run(code)
    text = r.error or ""
    shown = [m["msg_type"] for m in r.messages if m["msg_type"] not in ("status", "execute_input", "stream")]
    good = r.status == "error" and shown == ["error"] and all(w in text for w in words) and "nnk_" not in text
    return check(good, name or "error: " + code.splitlines()[0][:50], "%s %s %s" % (r.status, shown, text))


# -- state
k.run("#include <signal.h>\n#include <sys/wait.h>")
gives("6*7", "42")
gives("int x = 3;\nx", "3")
gives("x += 1;\nx", "4", name="state lives across cells")
gives("double half (double v) { return v / 2; }\nhalf (5)", "2.5", name="a function and a statement in one cell")
gives("half (x)", "2.0")
gives("#include <complex.h>\n#define TWICE(v) (2 * (v))\nTWICE (x)", "8")
gives("creal (1.0 + 2.0 * I) + TWICE (1)", "3.0", name="#include and #define live on")
gives("typedef struct { int w, h; } size;\nsize s = { .w = 3, .h = 4 };\ns", "{ .w = 3, .h = 4 }")
gives("size *ps = &s;\nps->w * s.h", "12", name="types live on")
gives("enum colour { RED, GREEN = 5 };\nenum colour c = GREEN;\nc", "GREEN (5)")
gives("c == GREEN ? RED : GREEN", "0")
gives("double s2 = 0;\nfor (int i = 0; i < 10; i++) s2 += i;\nprintf (\"%g\\n\", s2);\ndouble t = s2 * 2;\ns2 = 1;\nt", "90.0", "45\n",
      "statements and initialisers run in order")
gives("int first = 1; printf (\"%d \", first); int second = first + 1; first = 7; printf (\"%d\\n\", second);", out="1 2\n")
gives("static int kept = 5; static int twice (int v) { return 2 * v; }\ntwice (kept)", "10")
gives("twice (kept)", "10", name="static things live on too")
gives("const int limit = 9;\nlimit", "9")
gives("const char *names[] = { \"a\", \"b\" };\nnames[1]", '"b"')
gives("sizeof names / sizeof *names", "2", name="the length of an array is known in later cells")
gives("char word[] = \"hello\";\nword", '"hello"')
gives("char room[10] = \"abc\";\nsizeof room", "10")
gives("__auto_type root = sqrt (16.0);\nroot", "4.0")
gives("root + 1", "5.0")
gives("struct { int a; float b; } nameless = { 1, 2.5f };\nnameless", "{ .a = 1, .b = 2.5 }")
gives("(struct { int a; double b; }) { 1, 2 }", "{ .a = 1, .b = 2.0 }")
gives("nameless.a + 1", "2", name="a struct without a name lives on")
gives("int n1 = 1, *pn = &n1, nn2[3] = { 1, 2, 3 }, (*row)[3] = &nn2;\n(*row)[2] + *pn", "4")
gives("float grid[2][3] = {{1, 2, 3}, {4, 5, 6}};\ngrid", "{ { 1.0, 2.0, 3.0 },\n  { 4.0, 5.0, 6.0 } }")
gives("struct node { int v; struct node *next; } tail = { 2, NULL }, head = { 1, &tail };\nhead.next->v", "2")
gives("_Thread_local int mine = 4;\nmine", "4")
gives("unsigned char bytes[3] = { 0, 128, 255 };\nbytes", "{ 0, 128, 255 }")
gives("NULL", "NULL")
gives("(char) 'a'", "'a'")
gives("bool yes = true;\nyes", "true")
gives("0.1f", "0.1")
gives("struct bits { unsigned low : 3, high : 5; } bits = { 5, 17 };\nbits", "{ .low = 5, .high = 17 }")
gives("struct { int low : 3; bool set : 1; long far : 40; } minus = { -1, true, -5 };\nminus", "{ .low = -1, .set = true, .far = -5 }", name="bits with a sign")
r = k.run("struct bits two[2] = { { 1, 2 }, { 3, 4 } };\ntwo")
check("<tr><th>1</th><td>3</td><td>4</td></tr>" in r.of("execute_result")[0]["data"].get("text/html", ""), "bits in a table", r.messages)
gives("struct { %s } wide = { 1 };\nwide" % " ".join("char c%d;" % i for i in range(300)),
      "{\n    .c0 = '\\x01',\n" + "".join("    .c%d = '\\0',\n" % i for i in range(1, 199)) + "    ...\n}", name="three hundred fields")
gives("#include <complex.h>\ndouble complex turned = 1 + 2 * I;\nturned", "1.0 + 2.0i", name="complex is a macro in front of a name")
gives("complex float small = 3.0f;\nsmall", "3.0 + 0.0i")
gives("void nothing (void) { }\nnothing ()", None, "")
gives("int *alias = nn2;\n*alias", "1")
gives("", None, "", name="an empty cell")
gives("// only a comment", None, "")
gives(";", None, "")

# -- cells that are hard to cut
gives("#define SWAP(T, a, b) do { T t_ = a; a = b; b = t_; } while (0)\n#define FOR(i, n) for (int i = 0; i < (n); i++)\n"
      "int left = 1, right = 2;\nSWAP (int, left, right);\nFOR (i, 3) { printf (\"%d\", i); }\nFOR (j, 3) printf (\"%d\", j);\nleft", "2", "012012",
      "macros that are statements and loops")
gives("#define LOOP for (int i = 0; i < 3; i++) // thrice\nLOOP printf (\"%d\", i);\nint behind = 4;\nLOOP { printf (\"%d\", i); } int next_to = 5;\nbehind + next_to", "9", "012012",
      "a macro that stands for a loop begins a statement")
gives("LOOP if (i) printf (\"%d\", i); behind", "4", "12", "in a later cell, too")
gives("#define EACH LOOP\n#define WHEN \\\n    if (behind > 3)\nWHEN EACH printf (\"%d\", i); else puts (\"never\");\nint last_of_all = 1;", None, "012", "a macro for a macro, one for an if")
gives("last_of_all", "1")
gives("#define REAL double\nREAL *nowhere_yet, real_one = 1.5;\nREAL * to_real = &real_one;\n*to_real", "1.5", name="a macro that stands for a type begins a declaration")
gives("#include <stdalign.h>\nstatic_assert (sizeof (REAL) == 8, \"\");\nalignas (64) int aligned = 3;\n(uintptr_t) &aligned % 64 + aligned", "3")
gives("int outer (int n) { int inner (int k) { return k * n; } return inner (3); }\nouter (4)", "12", name="a function in a function")
gives("double (*fp) (double) = sin;\nint (*table[3]) (int, int);\ntypedef void (*cb) (void *);\ncb handlers[4];\n"
      "int (*pick (int k)) (int) { return 0; }\npick (1) == NULL && handlers[2] == NULL && fp (0) == 0", "1", name="pointers to functions in all places")
gives("int k = 0;\nagain:\nk++;\nif (k < 5) goto again;\nk", "5", name="goto")
gives("int add (a, b) int a; int b; { return a + b; }\nadd (3, 4)", "7", name="a function in the old style")
gives('_Generic (1, int: "int", default: "other")', '"int"')
gives("__attribute__ ((noinline)) static int same (int v) { return v; }\n_Static_assert (sizeof (int) == 4, \"int\");\n"
      "#pragma omp parallel for\nfor (int i = 0; i < 3; i++) same (i);\n#ifdef _OPENMP\nint w = 1;\n#else\ndouble w = 2;\n#endif\n"
      "if (w) printf (\"x\"); else printf (\"y\");\nsame (2), w", "1", "x", "pragmas, attributes, conditions")
gives("w", "1", name="what #if left out is not known")
gives("int z = ({ int q = 3; q * q; });\n{ int local = 1; printf (\"%d\", local); }\nwhile (z --> 0) ;\n"
      "char *braces = \"a;b}{\"; // ; } {\nchar ch = '}'; /* ; } */\nz", "-1", "1", "brackets in strings and comments")
gives("struct deep { struct { int a[2]; } in; union { int i; float f; } u; } deep = { .in.a = { 1, 2 }, .u.i = 3 }, *pd = &deep;\npd->in.a[1]", "2")
gives("switch (z) { case -1: printf (\"minus\"); break; default: printf (\"other\"); }", None, "minus")
gives("do z++; while (z < 5);\nif (z == 5)\n    if (z > 9) printf (\"a\");\n    else printf (\"b\");\nelse printf (\"c\");\nz", "5", "b")
gives("size * later_size;\nlater_size = &s;\nlater_size->w", "3", name="a type times a name is a declaration")
gives("int m1 = 6, m2 = 7;\nm1 * m2", "42", name="a variable times a name is a product")
gives("m1 * m2;\nm1", "6")
gives("(size) { .w = 9 }.w", "9")
gives("for (int i = 0; i < 2; i++)\n#pragma omp parallel\n{ }\n#define LAST 3\nint after = LAST;\n#undef LAST\n#define LAST 4\nafter + LAST", "7")
gives("extern int errno_like;\nint proto (int), proto2 (double);\n1", "1")
gives("int trailing[2] = { 1, 2 } /* no more */ ; // done\ntrailing /* the value */ // and a comment", "{ 1, 2 }")
gives("double y1 = 2, index = 3;\ny1 * index", "6.0", name="variables named as functions of headers")
gives("double y1 = 5;\ny1 + index", "8.0")
gives("double round (double v) { return 77; }\nround (2.2)", "77.0", name="a function of a header written anew")
gives("int main (int argc, char **argv) { printf (\"%d\", argc); return 0; }", None, "1", "a cell with main runs it")
gives("typedef struct { int a; } again_t;\nagain_t again_v = { 3 };\nint again_f (void) { return again_v.a; }")
gives("typedef struct { int a; } again_t;\nagain_t again_v = { 4 };\nagain_f ()", "4", name="a cell with a type run again")
fails("int length = 10;\ndouble vla[length];", "]:2:8: error", "must be a constant", "Inside { } any length will do", "calloc")

# -- arrays whose value decides their length
gives("int seven (void) { return 7; }\nstruct P { int x, y; };\nstruct P pp[] = { { seven (), 3 }, { 2, 3 } };\nsizeof pp / sizeof *pp", "2",
      name="an array of calls")
gives("pp[0].x + pp[1].y", "10")
gives("struct P make (int x) { return (struct P) { x, seven () }; }\nstruct P made[] = { make (1), make (2), (struct P) { seven (), 0 } };\n"
      "int many = sizeof made / sizeof *made;\nmade[2].x + many", "10", name="an array of structs that functions return")
gives("enum { LOW, HIGH = 4 };\nint places[] = { [HIGH] = seven (), [LOW] = 1 };\n_Static_assert (sizeof places == 5 * sizeof (int), \"\");\nplaces",
      "{ 1, 0, 0, 0, 7 }", name="designators")
gives("struct P flat[] = { seven (), 1, 2, 3, 4 };\nflat[2].x + sizeof flat / sizeof *flat", "7", name="braces left out")
gives("int rows[][2] = { { seven (), 1 }, 2, 3, { 4 } };\nrows", "{ { 7, 1 },\n  { 2, 3 },\n  { 4, 0 } }")
gives("const char *const said[] = { seven () > 1 ? \"yes\" : \"no\", \"a, b\" };\nsaid[0]", '"yes"')
gives("const char tabbed[] = \"a\\tb\" \"c\";\nsizeof tabbed", "5", name="a string of escapes and parts")
gives("char braced[] = { \"abc\" }, letters[] = { 'a', (char) seven () };\nsizeof braced + sizeof letters", "6")
gives("int (*calls[]) (void) = { seven, seven, NULL };\ncalls[1] ()", "7")
gives("int counts[] = { 1, 2, seven () }, squares[] = { [sizeof counts / sizeof *counts] = 1 };\nsizeof squares / sizeof *squares", "4",
      name="one length from another")
gives("void *ring[] = { &ring[1], &ring[0] };\nring[0] == &ring[1]", "1", name="an array that points to itself")
gives("int *into = &counts[2]; int counts[] = { 4, 5, 6 };\n*into", "6", name="a measured array of the same length assigns")
gives("int none[] = {};\nsizeof none", "0")
fails("int wrong[] = { seven (), no_such_thing };", "]:1:27: error", "no_such_thing")

# -- redefinition
gives("int f (int v) { return v + 1; }\nint g (int v) { return 10 * f (v); }\nint (*stored) (int) = f;\ng (1)", "20")
gives("int f (int v) { return v + 100; }\ng (1)", "1010", name="an earlier caller uses the new function")
gives("stored (1)", "101", name="a stored pointer uses the new function")
gives("int counted (int n) { return n ? 1 + counted (n - 1) : 0; }\ncounted (5)", "5", name="recursion")
gives("int x = 8;\nx", "8", name="the same type assigns")
gives("int *px = &x; int reader (void) { return x; }\nreader ()", "8")
gives("int x = 9;\nreader () + *px", "18", name="after it, functions and pointers see the new value")
gives("double x = 2.5;\nx", "2.5", name="another type makes a new variable")
gives("reader ()", "9", name="and the old one is still there for who uses it")
gives("int data[] = { 1, 2, 3 };\nint sum (void) { int s = 0; for (int i = 0; i < 3; i++) s += data[i]; return s; }\nsum ()", "6")
gives("int data[] = { 4, 5, 6 };\nsum ()", "15", name="an array of the same length assigns")
gives("int data[] = { 1, 2, 3, 4 };\nsizeof data / sizeof *data", "4")
gives("#define N 2\nint sized[N];\nsizeof sized", "8")
gives("#define N 3\nint sized[N];\nsizeof sized", "12", name="a macro defined anew")
gives("struct pair { int a, b; };\nstruct pair pair = { 1, 2 };")
r = k.run("struct pair { double a, b, c; };")
check(r.status == "ok" and any("pair" in c["data"]["text/plain"] and "forgotten" in c["data"]["text/plain"]
                               for c in r.of("display_data")), "a changed struct says what is forgotten", r.messages)
fails("pair.a", "undeclared")
gives("struct pair { double a, b, c; };\nstruct pair pair = { 1, 2, 3 };\npair.c", "3.0")
r = k.run("double f (double v) { return v; }")
check(any("f has another type" in c["data"]["text/plain"] and "g (cell[" in c["data"]["text/plain"] for c in r.of("display_data")),
      "a changed signature names its callers", r.messages)
gives("g (1)", "1010", name="an earlier caller still calls the old one")
gives("stored (1)", "101", name="so does a stored pointer")
gives("f (2.5)", "2.5")
gives("int g (int v) { return (int) (10 * f (v + 0.5)); }\ng (1)", "15", name="run again, it calls the new one")
gives("int named (int first, const struct pair *p, int (*call) (int)) { return first; }\nint asks (void) { return named (1, NULL, NULL); }\nasks ()", "1")
r = k.run("int named (int other, const struct pair *q, int (*to) (int)) { return other + 1; }\nasks ()")
check(r.value == "2" and not r.of("display_data"), "other names of parameters are no other type", r.messages)
gives("int later (int v);\nint uses (int v) { return later (v); }")
fails("uses (1)", "later is declared, but no cell has defined it yet")
gives("int later (int v) { return v * 3; }\nuses (2)", "6")
gives("double sin (double);\nsin (0)", "0.0", name="a prototype of the C library")

# -- the compiler's words at the reader's place
number = k.run("1").reply["content"]["execution_count"]
fails("int a1 = 1;\n\n  int b1 = undefined_thing + a1;", "cell[%d]:3:12: error: " % (number + 1), "undefined_thing",
      "    3 |   int b1 = undefined_thing + a1;", "      |            ^~~~~~~~~~~~~~~")
fails("for (int i = 0; i < 3; i++)\n\tprintf (\"%d\", j);", "cell[%d]:2:" % (number + 2), "j", "^")
fails("int broken (int v) { return v +; }", "cell[%d]:1:32: error" % (number + 3))
fails("int one = 1;\nint two = (one;", "cell[%d]:2:11: error: nothing closes this '('" % (number + 4))
fails("int one = 1;\n}", "cell[%d]:2:1: error: nothing before opens this '}'" % (number + 5))
fails("a_name_that_is_not (1);", "implicit declaration")
fails('pritf ("x");', "did you mean \u2018printf\u2019", "\n      | printf", name="gcc's fix-its are shown")
r = k.run("int falls (int v) { if (v) return 1; }")
check(any("control reaches end of non-void function" in c["data"]["text/plain"] for c in r.of("display_data")), "a function that may end without its value is warned of", r.messages)
fails("int fx = 1;\nint fx2 = 2\n", "expected ';'")
fails("for (int i = 0; i < 3; i++)", "]:1: error: the cell breaks off here")
fails("int here = 1;\n/* no end", "]:2: error: the cell breaks off here")
fails("__auto_type nothing_given;", "__auto_type")
fails("extern int nowhere_to_be_found;\nnowhere_to_be_found", "nowhere_to_be_found", "defined nowhere")
fails("one", "undeclared", name="a cell that was not compiled defines nothing")
fails("limit = 3;", "read-only")
fails("int *nul = NULL;\n*nul", "]:2: a null pointer was used", "    2 | *nul", name="a value that cannot be had")
gives("bits.low", "5", name="a field of bits")
gives("bits.low + 1", "6")
fails("bits.low + no_such", "]:1:12: error", "no_such")
fails("sizeof bits.low", "bit-field")
gives("void main () { printf (\"no status\"); strtol (\"77\", NULL, 10); }", None, "no status", "a main that returns nothing has no exit status")
gives("static void main (void) {\n    char big[100] = \"x\"; printf (\"%s\", big + 0 * printf (\"%d\", 12345678));\n}", None, "12345678x", "whatever it did last")
gives("int main (void) { return 3; }", None, None, "one that returns a status says it")
r = k.run("int main (void) { return 3; }")
check([c["data"]["text/plain"] for c in r.of("display_data")] == ["the program ended with exit status 3"] and not r.of("stream"),
      "the exit status of a program is shown, and not on stderr, which a grader counts as a failure", r.messages)
gives("(struct P []) { { 1, 2 }, { 3, 4 } }", "{ { .x = 1, .y = 2 },\n  { .x = 3, .y = 4 } }", name="an array that lives only in its expression")
gives("(int [40000]) { 1 }[0]", "1")
fails("#define CALLED(v) undeclared_there (v)\nCALLED (1, 2)", "CALLED", name="a message below a macro is whole")
r = k.run("int idle (void) { int unused; return 1; }")
check(r.status == "ok" and not r.stream("stderr") and len(r.of("display_data")) == 1 and
      "unused variable" in r.of("display_data")[0]["data"]["text/plain"], "a warning is a display, not stderr", r.messages)
r = k.run('int most = 2147483647;\nputs ("before"); most++; puts ("after"); fputs ("own\\n", stderr);')
seen = [m["content"].get("text") or m["content"]["data"]["text/plain"] for m in r.messages if m["msg_type"] in ("stream", "display_data")]
check(len(seen) == 4 and seen[0] == "before\n" and seen[2:] == ["after\n", "own\n"] and
      "]:2:22: warning: undefined behaviour: signed integer overflow: 2147483647 + 1 cannot be" in seen[1] and
      "    2 | puts (\"before\"); most++; puts" in seen[1] and "\n      |                      ^\n" in seen[1],
      "what UBSan finds is a display, where it was found", seen)
for code, said in ("1 << (most & 0) + 40", "shift exponent 40"), ("int less = -most; { int v[less]; v[0] = 0; }", "non-positive value"):
    r = k.run(code)
    check(not r.stream("stderr") and any(said in c["data"]["text/plain"] for c in r.of("display_data")), "the same: " + said, r.messages)
r = k.run("for (int i = 0; i < 100000; i++) most += most;")
check(len(r.of("display_data")) == 1 and not r.stream("stderr"), "each place is named once", r.messages)
r = k.run("most / (most * 0)")
check(r.status == "error" and not r.of("display_data") and not r.stream("stderr"), "a division by zero is an error, said once", r.messages)
r = k.run("most = 2147483647;\nif (fork () == 0) { most++; _exit (0); }\nwait (NULL);")
check("runtime error: signed integer overflow" in r.stream("stderr"), "a child says it on stderr, as any program", r.messages)
r = k.run("most = 2147483647; most++;")
check(not r.stream("stderr") and len(r.of("display_data")) == 1, "and the next cell does not", r.messages)
fails("else { puts (\"x\"); }", "]:1: error: 'else' without an 'if' before it")
r = k.run("undeclared_here (1);\nalso_undeclared;")
check("undeclared_here" in r.error and "being treated as errors" not in r.error and "only once for each" not in r.error, "gcc does not chatter", r.error)
r = k.run('char short_name[5];\nstrcpy (short_name, "Christopher");')
check("nnk_" not in str(r.of("display_data")) + str(r.error), "no name of generated code in a warning", r.messages)
r = k.run("char *twice = malloc (10); free (twice); free (twice);")
check("abort" in (r.error or "") and "printerr" not in r.error and "_int_free" not in r.error, "the C library's inner functions are no calls of the reader", r.error)
fails("#error \"enough\"", "enough")
fails("#include <no_such_header.h>", "no_such_header.h")
gives("x", "2.5", name="after all these errors the state stands")

# -- displays
r = k.run('nnk_display ("text/html", "<b>x</b>", 0);')
check(r.of("display_data") and r.of("display_data")[0]["data"] == {"text/html": "<b>x</b>"}, "nnk_display", r.messages)
r = k.run('nnk_display ("image/png", "\\x89PNG\\0", 5);')
check(r.of("display_data") and r.of("display_data")[0]["data"] == {"image/png": "iVBORwA="}, "bytes become base64", r.messages)
r = k.run('nnk_display_as ("one", "text/plain", "a", 0);\nnnk_update ("one", "text/plain", "b", 0);')
check(r.of("display_data")[0]["transient"] == {"display_id": "one"} and r.of("update_display_data")[0]["data"] == {"text/plain": "b"}
      and r.of("update_display_data")[0]["transient"] == {"display_id": "one"}, "a display that is updated", r.messages)
r = k.run('nnk_part parts[] = { { "text/plain", "p", 0 }, { "text/html", "h", 0 }, { "application/json", "{\\"a\\": 1}", 0 } };\n'
          'nnk_display_bundle (NULL, parts, 3);')
check(r.of("display_data") and r.of("display_data")[0]["data"] == {"text/plain": "p", "text/html": "h", "application/json": {"a": 1}},
      "a bundle is one message", r.messages)
r = k.run("nnk_clear_output (true);")
check(r.of("clear_output") == [{"wait": True}], "nnk_clear_output", r.messages)
r = k.run('typedef struct { int v; } box;\nvoid shower (const box *b) { printf ("%d", b->v); }\nbox b = { 3 };\nb')
check(r.value == "{ .v = 3 }", "a struct without a shower", r.messages)
r = k.run("char *big = malloc (9000000); for (int i = 0; i < 9000000; i++) big[i] = 'a' + i % 26;\nnnk_display (\"text/plain\", big, 9000000);")
check(len(r.of("display_data")[0]["data"]["text/plain"]) == 9000000, "a display larger than the ring", r.error)
r = k.run("struct { int x, y; } points[] = { { 1, 2 }, { 3, 4 } };\npoints")
check("<th>x</th>" in r.of("execute_result")[0]["data"].get("text/html", ""), "an array of structs is a table", r.messages)
r = k.run("(int *) 0x10")
check(r.value == "(int *) 0x10", "a wild pointer is shown, not followed", r.error)
r = k.run("struct node *wild = (struct node *) 0x10;\nwild")
check(r.value and "nothing lies there" in r.value, "a wild pointer to a struct", r.messages)

# -- order and streams
r = k.run('for (int i = 0; i < 300; i++) { printf ("o%d\\n", i); fprintf (stderr, "e%d\\n", i);\n'
          'char s[20]; sprintf (s, "d%d", i); nnk_display ("text/plain", s, 0); }')
seen = []
for m in r.messages:
    if m["msg_type"] == "stream":
        seen += m["content"]["text"].split()
    elif m["msg_type"] == "display_data":
        seen.append(m["content"]["data"]["text/plain"])
wanted = [w + str(i) for i in range(300) for w in "oed"]
check(seen == wanted, "stdout, stderr and displays in exact order", [(a, b) for a, b in zip(seen, wanted) if a != b][:3])
gives('puts ("a"); system ("echo b; echo c"); puts ("d"); write (1, "e\\n", 2); puts ("f"); FILE *p1 = popen ("echo g", "w"); pclose (p1); puts ("h");',
      out="a\nb\nc\nd\ne\nf\ng\nh\n", name="the output of children in its place")
gives('for (int i = 0; i < 200000; i++) printf ("line %d\\n", i);', out="".join("line %d\n" % i for i in range(200000)),
      name="200,000 lines, none lost")
gives('int pid = fork ();\nif (pid == 0) puts ("child"); else { waitpid (pid, NULL, 0); puts ("parent"); }', None, "child\nparent\n",
      "a forked child ends with its cell")
gives('int status, pid2 = fork ();\nif (pid2 == 0) abort ();\nwaitpid (pid2, &status, 0);\nWTERMSIG (status) == SIGABRT', "1", name="a forked child may crash alone")
gives('printf ("caf\\xc3"); fflush (stdout); usleep (40000); printf ("\\xa9 \\xff\\n");', out="caf\u00e9 \ufffd\n",
      name="a character in two halves, and a byte that is none")
gives('printf ("no newline")', None, "no newline")
gives('puts ("before"); fclose (stdout); puts ("behind");', None, "before\nbehind\n", "the cell's streams cannot be closed")
gives('freopen ("caught.txt", "w", stdout); puts ("12 34");', None, "", name="freopen: a file takes the place of stdout")
gives('int caught[2]; freopen ("caught.txt", "r", stdin); scanf ("%d %d", &caught[0], &caught[1]); puts ("seen");\ncaught', "{ 12, 34 }", "seen\n",
      "until its cell ends; and that of stdin")
gives('FILE *to_file = freopen ("caught.txt", "w", stderr); fputs ("lost", stderr); fclose (stderr); fflush (stderr); freopen ("no/such", "w", stdout) == NULL', "1",
      name="a file that is closed again, and one that is not there")
r = k.run('fputs ("shown", stderr);')
check(r.stream("stderr") == "shown", "stderr is back", r.messages)
gives('if (fork () == 0) { freopen ("caught.txt", "w", stdout); puts ("child"); fclose (stdout); _exit (0); }\nwait (NULL); system ("cat caught.txt");', None, "child\n",
      "a child may do so, too")
gives("!echo from the shell", None, "from the shell\n")

# -- questions
c = k.ask("complete_request", {"code": "s2 = hal", "cursor_pos": 8})
check(c["matches"] == ["half"] and (c["cursor_start"], c["cursor_end"]) == (5, 8), "completion of a cell's name", c)
c2 = k.ask("complete_request", {"code": "// \u00e9\u00e9\nfclos", "cursor_pos": 11})
check(c2["matches"] == ["fclose", "fcloseall"] and c2["cursor_start"] == 6, "cursor_pos counts code points", c2)
c = k.ask("complete_request", {"code": "head.", "cursor_pos": 5})
check(c["matches"] == ["next", "v"], "completion of fields", c)
c = k.ask("complete_request", {"code": "ps->", "cursor_pos": 4})
check(c["matches"] == ["h", "w"], "completion of fields behind a pointer", c)
c = k.ask("inspect_request", {"code": "half (1)", "cursor_pos": 2, "detail_level": 0})
check(c["found"] and "double half (double v)" in c["data"]["text/plain"] and "cell[" in c["data"]["text/plain"], "a cell's function explained", c)
c = k.ask("inspect_request", {"code": "nothing_of_this_name", "cursor_pos": 3, "detail_level": 0})
check(c["status"] == "ok" and not c["found"], "an unknown name is not found", c)
c = k.ask("inspect_request", {"code": "TWICE", "cursor_pos": 3, "detail_level": 0})
check(c["found"] and "#define TWICE(v)" in c["data"]["text/plain"], "a macro explained", c)
for code, state in (("int h (int a) {\n", "incomplete"), ("x", "complete"), ("puts (\"a\");", "complete"), ("int q = )", "invalid"),
                    ("for (int i = 0; i < 3; i++)", "incomplete"), ("do { } while (0)", "incomplete")):
    c = k.ask("is_complete_request", {"code": code})
    check(c["status"] == state, "is_complete: %r" % code, c)
c = k.run("1", user_expressions={"a": "x + 1", "b": "nonsense_here", "c": "word"}).reply["content"]["user_expressions"]
check(c["a"]["data"]["text/plain"] == "3.5" and c["b"]["status"] == "error" and c["c"]["data"]["text/plain"] == '"hello"',
      "user_expressions", c)

# -- the value of a cell may be the address of a literal, whose struct may have no name
for expression, shown in (("&(struct { int a; double b; }) { 1, 2 }", "(struct {...} *) 0x -> { .a = 1, .b = 2.0 }"),
                          ("struct duo { double a, b; };\n&(struct duo) { 3, 4 }", "(struct duo *) 0x -> { .a = 3.0, .b = 4.0 }"),
                          ("(struct { int a; double b; }) { 5, 6 }", "{ .a = 5, .b = 6.0 }"),
                          ("(const int[]) { 7, 8, 9 }", "{ 7, 8, 9 }"), ("(struct { char c[3]; }[2]) { { \"ab\" }, { \"cd\" } }", "{ { .c = \"ab\" },\n  { .c = \"cd\" } }")):
    r = k.run(expression)
    check(re.sub("0x[0-9a-f]+", "0x", r.value or "") == shown, "the value of " + expression.splitlines()[-1], r.value or r.error)

# -- compound literals live as long as the variable that points to them
r = k.run("struct layers { int *size; struct { double *w; const char **name; } in; } net_of = { (int[]) { 1, 2, x }, { (double[2]) { .5, 1.5 },\n"
          "    (const char *[]) { \"a\", \"b\" } } }; int *plain = (int[3]) { 7, 8, 9 }; struct { int *of; } *deep_one = &(__typeof__ (*deep_one)) { (int[]) { 4 } };\n"
          "int *both[] = { (int[]) { 1 }, (int[]) { 2, 3 } }; int sized = sizeof (int[]) { 1, 2, 3 }, called = abs ((int) { -5 });")
check(r.status == "ok", "compound literals in initialisers", r.error)
r = k.run("int smash (int v) { volatile char room[4096]; for (int i = 0; i < 4096; i++) room[i] = v; return room[5] + (v ? smash (v - 1) : 0); }\nsmash (20);\n"
          'printf ("%d %g %s %d %d %d %d %d", net_of.size[1], net_of.in.w[1], net_of.in.name[1], plain[2], *deep_one->of, both[1][1], sized, called);')
check(r.stream() == "2 1.5 b 9 4 3 12 5", "and the next cells find them", r.stream() or r.error)

# -- cells that were damaged: the kernel cuts whatever comes
random.seed(7)
pieces = ["{", "}", "(", ")", ";", "struct", "typedef", "\"", "'", "/*", "//", "#define X", "\n", "=", "__attribute__ ((x))", "enum", "[", "?", ":"]
with open(os.path.abspath(__file__)) as file:
    whole = file.read()
for turn in range(2000):
    at = random.randrange(len(whole) - 200)
    code = whole[at:at + random.randrange(200)]
    for change in range(random.randrange(4)):
        at = random.randrange(len(code) + 1)
        code = code[:at] + random.choice(pieces) + code[at + random.randrange(4):]
    if k.ask("is_complete_request", {"code": code})["status"] not in ("complete", "incomplete", "invalid"):
        check(False, "a damaged cell", code)
check(k.run("6 * 7").value == "42", "two thousand damaged cells do no harm")
check(k.end() == [], "nothing is left behind")
done()
