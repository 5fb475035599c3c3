#!/usr/bin/python3
"""Mutants: each reference solution with one small fault more: an operator exchanged, a constant or a bound off by one, two
arguments swapped. A grader that is worth its name takes points from it. Those that compile to the same program as the
reference are no mutants, and neither are those that do not compile.

mutants.py [--all] [EXERCISE...]: all of them, or a few of each exercise, always the same. Survivors are listed; those in
survivors.txt are explained there and are not counted. Below 90 % it fails."""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PARTS = os.path.join(os.environ.get("BUILD", "build"), "grade")
GRADE = os.path.join(PARTS, "grade")
SURVIVORS = "tests/grade/survivors.txt"
LEAST, FEW = 0.9, 4

TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[A-Za-z_]\w*|0x[\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?[fFuUlL]*
    |->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\S""", re.S | re.X)
EXCHANGE = {"<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="], "+": ["-"], "-": ["+"], "*": ["/"],
            "/": ["*"], "%": ["*"], "+=": ["-=", "="], "-=": ["+=", "="], "*=": ["/="], "/=": ["*="], "&&": ["||"], "||": ["&&"],
            "++": ["--"], "--": ["++"]}
WORDS = {"return", "sizeof", "if", "for", "while", "switch", "case", "else", "const"}


def solution(name):
    """The text of a solution without its mistakes, and where in it the learner's part lies."""
    text = subprocess.run(["awk", "-v", "marks=1", "-f", "solutions/solution.awk", "solutions/%s.c" % name], check=True,
                          stdout=subprocess.PIPE).stdout.decode()
    parts = []
    for m in re.finditer(r"/// BEGIN SOLUTION(.*?)/// END SOLUTION", text, re.S):
        parts.append(m.span(1))
    return text, parts


def number(word):
    """A constant, one more and one less; a fraction doubled."""
    if re.fullmatch(r"\d+", word):
        return [str(int(word) + 1)] + ([str(int(word) - 1)] if int(word) > 0 else [])
    m = re.fullmatch(r"((?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([fF]?)", word)
    return ["%r%s" % (2 * float(m[1]) or 1.0, m[2])] if m else []


def swapped(text, tokens, i):
    """f (a, b…) as f (b, a…): (from, to, text) of the two arguments."""
    depth, commas = 0, []
    for k in range(i + 1, len(tokens)):
        word = tokens[k].group()
        depth += (word in "([{") - (word in ")]}")
        if word == "," and depth == 1:
            commas.append(k)
        if depth == 0:
            ends = commas + [k]
            if not commas:
                return None
            a = text[tokens[i + 1].end():tokens[ends[0]].start()].strip()
            b = text[tokens[ends[0]].end():tokens[ends[1]].start()].strip()
            return (tokens[i + 1].end(), tokens[ends[1]].start(), "%s, %s" % (b, a)) if a != b else None
    return None


def mutations(text, begin, end):
    """(from, to, what stands there instead, in words) for each mutant of one part."""
    tokens = [m for m in TOKEN.finditer(text, begin, end) if not m.group().startswith(("//", "/*", '"', "'"))]
    for i, token in enumerate(tokens):
        word, before = token.group(), tokens[i - 1].group() if i else ";"
        binary = (re.fullmatch(r"[\w.]+|[)\]]", before) and before not in WORDS)
        for other in EXCHANGE.get(word, []):
            if word not in "+-*" or binary:
                yield token.start(), token.end(), other, "%s as %s" % (word, other)
        if word in ("<", "<=", ">", ">="):
            yield token.end(), token.end(), " -1 +", "bound one less"
            yield token.end(), token.end(), " 1 +", "bound one more"
        for other in number(word):
            yield token.start(), token.end(), other, "%s as %s" % (word, other)
        if re.fullmatch(r"[A-Za-z_]\w*", word) and word not in WORDS and i + 1 < len(tokens) and tokens[i + 1].group() == "(":
            found = swapped(text, tokens, i)
            if found:
                yield (*found, "arguments of %s swapped" % word)


def mutants(name):
    """(in words, the line, the whole text) of each; what could be meant twice in a line is counted."""
    text, parts = solution(name)
    seen = {}
    for begin, end in parts:
        for start, stop, other, words in mutations(text, begin, end):
            first = text.rfind("\n", 0, start) + 1
            line = text[first:text.find("\n", start)].strip()
            seen[first, words] = seen.get((first, words), 0) + 1
            if seen[first, words] > 1:
                words += " (%d)" % seen[first, words]
            yield words, line, text[:start] + other + text[stop:]


def compiled(source, folder, stem):
    """The bytes of the program, or None; and where it lies."""
    path, out = os.path.join(folder, stem + ".c"), os.path.join(folder, stem + ".so")
    with open(path, "w") as file:
        file.write(source)
    done = subprocess.run([os.environ.get("CC") or "gcc", "@solutions/flags", "-w", "-g0", "-shared", "-o", out, "-x", "c", path, "-lm"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.remove(path)
    if done.returncode:
        return None, out
    with open(out, "rb") as file:
        return re.sub(rb"m\d+\.(c|so)", b"", file.read()), out


def fate(job):
    """caught, survived, or none: not a mutant at all."""
    name, folder, stem, source, reference = job
    code, out = compiled(source, folder, stem)
    if code is None or code == reference:
        return "none"
    done = subprocess.run([GRADE, "--parts", PARTS, "--brief", "--json", "--seed", "7", "--object", out, name], stdout=subprocess.PIPE,
                          env={**os.environ, "GRADE_LIMIT": "2", "OMP_NUM_THREADS": "1"})
    os.remove(out)
    report = json.loads(done.stdout)
    return "caught" if report["points"] < report["possible"] else "survived"


def explained():
    """(exercise, words, line) → why it is no fault."""
    found = {}
    with open(SURVIVORS) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                exercise, words, source, why = line.rstrip("\n").split("\t")
                found[exercise, words, source] = why
    return found


def try_exercise(name, sample, known):
    all_of_it = list(mutants(name))
    if sample:
        all_of_it = random.Random(name).sample(all_of_it, min(sample, len(all_of_it)))
    with tempfile.TemporaryDirectory(prefix="mutants.") as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        reference = compiled(solution(name)[0], folder, "m0")[0]
        jobs = [(name, folder, "m%d" % (i + 1), source, reference) for i, (_, _, source) in enumerate(all_of_it)]
        fates = list(pool.map(fate, jobs))
    caught = fates.count("caught")
    survivors = [m[:2] for m, f in zip(all_of_it, fates) if f == "survived"]
    loose = [m for m in survivors if (name, *m) not in known]
    print("%s: %d of %d caught, %d explained" % (name, caught, caught + len(survivors), len(survivors) - len(loose)))
    for words, line in loose:
        print("    survived: %s\t%s\t%s" % (name, words, line))
    for m in [m for m in survivors if m not in loose]:
        print("    explained: %s in `%s`: %s" % (*m, known[(name, *m)]))
    sys.stdout.flush()
    return caught, len(loose)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--all", action="store_true")
    options.add_argument("exercises", nargs="*")
    given = options.parse_args()
    os.chdir(TOP)
    names = subprocess.run([GRADE, "--list"], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    if given.exercises:
        names = [subprocess.run([GRADE, "--find", e], stdout=subprocess.PIPE, check=True).stdout.decode().strip() for e in given.exercises]
    known, caught, loose = explained(), 0, 0
    for name in names:
        c, n = try_exercise(name, 0 if given.all else FEW, known)
        caught, loose = caught + c, loose + n
    share = caught / max(1, caught + loose)
    print("%sok mutants: %d of %d caught, %.1f %%%s" % ("" if share >= LEAST else "not ", caught, caught + loose, 100 * share,
          "" if share >= LEAST else ": fewer than %d %%" % (100 * LEAST)))
    return share < LEAST


if __name__ == "__main__":
    sys.exit(main())
