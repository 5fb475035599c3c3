#!/usr/bin/python3
"""search.py SEEDS [TABLE]: Optuna's TPE (Debian's python3-optuna) on the functions of tests/functions.h and on the table of
chapter 12, 60 trials a seed. Prints a line a study: function, seed, best; and first Optuna's version. chapters/12-tuning/record
holds them against ours."""
import math
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
TRIALS = 60


def branin(trial):
    a, b = trial.suggest_float("x", -5, 10), trial.suggest_float("y", 0, 15)
    t = b - 5.1 / (4 * math.pi**2) * a * a + 5 / math.pi * a - 6
    return t * t + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


ALPHA = (1, 1.2, 3, 3.2)
A = ((10, 3, 17, 3.5, 1.7, 8), (0.05, 10, 17, 0.1, 8, 14), (3, 3.5, 1.7, 10, 17, 8), (17, 8, 0.05, 10, 0.1, 14))
P = ((0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886), (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991),
     (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650), (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381))


def hartmann6(trial):
    x = [trial.suggest_float(name, 0, 1) for name in "abcdef"]
    return -sum(alpha * math.exp(-sum(a * (v - p)**2 for a, v, p in zip(row, x, at)))
                for alpha, row, at in zip(ALPHA, A, P))


def read_table(path):
    """Mean error after the last epoch, by place of rate and batch, as chapters/12-tuning/table.h has it."""
    sums, counts = {}, {}
    for line in open(path):
        if line.startswith("#"):
            continue
        words = line.split()
        place = (round(3 * (math.log10(float(words[0])) + 5)), round(math.log2(float(words[1]))) - 3)
        sums[place] = sums.get(place, 0) + 1 - float(words[3 + 7])
        counts[place] = counts.get(place, 0) + 1
    return {place: sums[place] / counts[place] for place in sums}


def landscape(path):
    error = read_table(path)

    def at(trial):
        rate, batch = trial.suggest_float("rate", 1e-5, 1e-1, log=True), trial.suggest_int("batch", 8, 256, log=True)
        y, x = 3 * (math.log10(rate) + 5), math.log2(batch) - 3
        r, b = min(int(y), 11), min(int(x), 4)
        v, u = y - r, x - b
        return ((1 - v) * ((1 - u) * error[r, b] + u * error[r, b + 1]) +
                v * ((1 - u) * error[r + 1, b] + u * error[r + 1, b + 1]))
    return at


functions = {"branin": branin, "hartmann6": hartmann6}
if len(sys.argv) > 2:
    functions["table60"] = landscape(sys.argv[2])
print(f"version\t0\t{optuna.__version__}", flush=True)
for name, function in functions.items():
    for seed in range(1, int(sys.argv[1]) + 1):
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        study.optimize(function, n_trials=TRIALS)
        print(f"{name}\t{seed}\t{study.best_value:.9g}", flush=True)
