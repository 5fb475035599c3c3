# facts.awk - from runs.tsv to what the chapters quote: for each row of the ladder mean, lowest, highest, spread and number of seeds, ours and
# PyTorch's, and how much it gained over the row that it builds on. A figure that was not measured is a dash.
function mean(who, row, k) { return count[who, row, k] ? sum[who, row, k] / count[who, row, k] : "-" }
function figure(x) { return x == "-" ? "–" : sprintf("%.1f", x) }
function seeds(n) { return n == 1 ? "1 seed" : n " seeds" }
function put(key, value, note) { print key, value, note }
function side(key, who, row,   n, m, lo, hi) {
    n = count[who, row, TEST] + 0
    m = mean(who, row, TEST); lo = low[who, row]; hi = high[who, row]
    if (lo == "") lo = hi = "-"
    put(key "mean", figure(m), "percent of the test set; mean of " seeds(n))
    put(key "low", figure(lo), "lowest")
    put(key "high", figure(hi), "highest")
    put(key "spread", figure(n > 1 ? hi - lo : "-"), "points; highest less lowest of " seeds(n))
    put(key "seeds", n ? n : "–", "how many seeds")
    put(key "span", lo == "-" ? "–" : figure(lo) == figure(hi) ? figure(lo) : figure(lo) " to " figure(hi), "lowest to highest")
}
# Were both the same lottery, how often would its draws be dealt to two sides so that their means lie as far apart as ours and
# PyTorch's do, or further? Of all ways to deal them, in percent; all are tried.
function deal(i, left, taken,   far) {
    if (left > dealt - i + 1) return
    if (left == 0) {
        ways++
        far = taken / mine - (all - taken) / (dealt - mine)
        extreme += far * far >= apart * apart - 1e-9
        return
    }
    deal(i + 1, left - 1, taken + draw[i])
    deal(i + 1, left, taken)
}
function chance(row,   i, theirs) {
    mine = count["ours", row, TEST] + 0; theirs = count["pytorch", row, TEST] + 0
    if (!mine || !theirs) return "-"
    dealt = 0; all = 0; ways = 0; extreme = 0
    for (i = 1; i <= mine; i++) all += draw[++dealt] = one_of["ours", row, i]
    for (i = 1; i <= theirs; i++) all += draw[++dealt] = one_of["pytorch", row, i]
    apart = mean("ours", row, TEST) - mean("pytorch", row, TEST)
    deal(1, mine, 0)
    return 100 * extreme / ways
}
BEGIN {
    FS = OFS = "\t"; SEED = 3; TEST = 4; VAL = 5; TRAIN = 6; EPOCHS = 7; KEPT = 8
    n_rows = split("C.baseline C.deeper C.batchnorm C.l2 C.early-stopping C.augmentation", rows, " ")
    split("- C.baseline C.deeper C.batchnorm C.l2 C.batchnorm", parents, " ")
    split("68.9 73.4 73.1 72.5 72.9 76.9", published, " ")
    print "# the ladder of chapters 4 to 9 on CIFAR-10, made from runs.tsv by chapters/ladder/facts.awk: key, value, note"
}
/^#/ || NF < 8 { next }
{
    for (k = TEST; k <= KEPT; k++) if ($k != "-" && $SEED != "?") { sum[$1, $2, k] += $k; count[$1, $2, k]++ }
    if ($TEST == "-") { if ($1 == "anew") anew[$2, $SEED] = $VAL; next }
    if ($SEED != "?") one_of[$1, $2, count[$1, $2, TEST]] = $TEST + 0
    if (low[$1, $2] == "" || $TEST < low[$1, $2] + 0) low[$1, $2] = $TEST + 0
    if (high[$1, $2] == "" || $TEST > high[$1, $2] + 0) high[$1, $2] = $TEST + 0
    if ($1 == "ours") { one[$2, $SEED] = $TEST; epochs[$2, $SEED] = $EPOCHS; kept[$2, $SEED] = $KEPT }
}
END {
    for (r = 1; r <= n_rows; r++) {
        row = rows[r]; key = substr(row, 3) "_"; up = parents[r]
        side(key, "ours", row)
        side(key "torch_", "pytorch", row)
        put(key "published", published[r], "percent, as its source gives it")
        put(key "val", figure(mean("ours", row, VAL)), "percent of the validation set; mean of " seeds(count["ours", row, VAL] + 0))
        put(key "train", figure(mean("ours", row, TRAIN)), "percent in training, in the epoch that was kept; mean of " seeds(count["ours", row, TRAIN] + 0))
        put(key "torch_train", figure(mean("pytorch", row, TRAIN)), "percent in training; mean of " seeds(count["pytorch", row, TRAIN] + 0))
        put(key "epochs", figure(mean("ours", row, EPOCHS)), "epochs trained; mean")
        m = mean("pytorch", row, EPOCHS)
        put(key "torch_epochs", m == "-" ? "–" : sprintf("%.0f", m), "epochs that PyTorch trained; mean")
        both = up != "-" && count["ours", row, TEST] && count["ours", up, TEST]
        gain = both ? mean("ours", row, TEST) - mean("ours", up, TEST) : "-"
        put(key "gain", gain == "-" ? "–" : sprintf("%+.1f", gain), "points; mean" (up == "-" ? "" : " less the mean of " up))
        m = mean("pytorch", row, TEST); p = up == "-" ? "-" : mean("pytorch", up, TEST)
        us = mean("ours", row, TEST)
        put(key "behind", m == "-" || us == "-" ? "–" : sprintf("%.1f", m - us), "points; the mean of PyTorch less ours")
        often = chance(row)
        put(key "chance", often == "-" ? "–" : sprintf("%.0f", often), "percent of all ways to deal these results to two sides part their means as far, or further")
        put(key "torch_gain", m == "-" || p == "-" ? "–" : sprintf("%+.1f", m - p), "points; the same in PyTorch")
        put(key "anew", figure(mean("anew", row, VAL)), "percent of the validation set, statistics of batch norms measured anew; mean of " seeds(count["anew", row, VAL] + 0))
        put(key "as_kept", figure(mean("anew", row, TRAIN)), "percent of it, as kept; the same seeds")
        put(key "late", figure(mean("late", row, VAL)), "percent of the validation set, mean of the last ten of twenty epochs; mean of " seeds(count["late", row, VAL] + 0))
        put(key "tremble", figure(mean("late", row, TRAIN)), "points; standard deviation over these ten epochs; the same seeds")
        for (s = 7; s <= 12; s++) {
            x = one[row, s]
            put(key s, x == "" ? "–" : figure(x), "percent of the test set, seed " s)
            put(key s "_epochs", x == "" ? "–" : epochs[row, s], "epochs trained, seed " s)
            put(key s "_kept", x == "" ? "–" : kept[row, s], "the epoch whose weights were kept, seed " s)
        }
    }
}
