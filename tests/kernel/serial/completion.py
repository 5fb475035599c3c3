#!/usr/bin/python3
"""How long one waits while typing: completion of fields, of names, of names that live in a function, and hover, at the median of 24.

The limit is 20 ms, on a machine that does nothing else; where the kernel's bare answer (kernel_info) takes more than 3 ms, the
machine is loaded, and the fastest answer is judged instead of the median. What takes longer is measured again, up to five times.
"""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from harness import BUILD, ROOT, Kernel, check, done

LIMIT, TRIES = 20, 5
k = Kernel("--prelude", ROOT + "/chapters/cells.h", "--library", BUILD + "/libcells.so", "-I", ROOT + "/lib", "-I", ROOT + "/kernel")
k.run("typedef struct { int width; double height; } thing;\nthing one, *get (int i) { return &one; }\nlong total = 0;")


def measure(kind, code, turns=24):
    """Milliseconds of each of so many questions; each text is another, as when one types."""
    times = []
    for turn in range(turns):
        text = "double f%d = 1;\n%s" % (turn, code)
        began = time.perf_counter()
        k.ask(kind, {"code": text, "cursor_pos": len(text)} if code else {})
        times.append(1000 * (time.perf_counter() - began))
    return times


measure("complete_request", "get (0)->wi", 2)  # the first one starts libclang
for name, kind, code in (("a field", "complete_request", "get (0)->wi"), ("an argument of a macro", "complete_request", "nn_conv2d (net, x, .ker"),
                         ("one name", "complete_request", "tota"), ("one letter, hundreds of names", "complete_request", "f"),
                         ("a parameter", "complete_request", "int f (int given) { return gi"), ("hover, a field", "inspect_request", "get (0)->width"),
                         ("hover, a function", "inspect_request", "printf")):
    for attempt in range(TRIES):
        loaded = statistics.median(measure("kernel_info_request", "")) > 3
        times = measure(kind, code)
        median = statistics.median(times)
        if (min(times) if loaded else median) < LIMIT:
            break
    check((min(times) if loaded else median) < LIMIT, "%s: median %.1f ms, fastest %.1f of %d%s" %
          (name, median, min(times), LIMIT, " (loaded)" if loaded else ""), "")
check(k.end() == [], "nothing is left behind")
done()
