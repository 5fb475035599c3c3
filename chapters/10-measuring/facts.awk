# facts.awk - mean and spread over the seeds of each way and figure, from the lines that record.c prints
BEGIN {
    FS = OFS = "\t"
    note["accuracy"] = "percent, test with all classes alike"
    note["like"] = "percent, if the test were as uneven as the lessons"
    note["macro"] = "mean F1"
    note["many"] = "percent, mean recall of the classes with 400 pictures"
    note["few"] = "percent, mean recall of those with 80"
    note["precision"] = "percent, mean precision of those with 80"
    note["auc"] = "mean ROC-AUC"
    note["ece"] = "expected calibration error"
    print "# what chapters/10-measuring/record gave: key, value, note"
}
{
    key = $1 "_" $2
    if (!(key in count)) { order[++keys] = key; figure[key] = $2; way[key] = $1; low[key] = high[key] = $4 }
    count[key]++
    sum[key] += $4
    if ($4 + 0 < low[key] + 0) low[key] = $4
    if ($4 + 0 > high[key] + 0) high[key] = $4
    value[key, $3] = $4
    seeds[$3]
}
END {
    for (i = 1; i <= keys; i++) {
        key = order[i]
        format = figure[key] ~ /macro|auc|ece/ ? "%.3f" : "%.1f"
        print key, sprintf(format, sum[key] / count[key]), note[figure[key]] "; mean of " count[key] " seeds"
        print key "_spread", sprintf(format, high[key] - low[key]), "highest less lowest"
        if (way[key] == "plain") continue
        higher = 0
        for (s in seeds) higher += value[key, s] > value["plain_" figure[key], s]
        print key "_higher", higher, "in so many seeds higher than plain"
    }
}
