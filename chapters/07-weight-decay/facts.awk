# facts.awk - mean and spread over the seeds of each remedy, from the lines that record.c prints
function fact(key, sum, low, high, format, note) {
    print key, sprintf(format, sum / seeds[name]), note " (" seeds[name] " seeds: mean)"
    print key "_spread", sprintf(format, high - low), "highest less lowest"
}
function flush(  k) {
    if (name == "") return
    for (k = 3; k <= NF_MOST; k++) fact(name what[k], sum[k], low[k], high[k], format[k], note[k])
}
BEGIN {
    split("_ _ _learnt _held _learnt_loss _held_loss _sure _length", what, " ")
    split("_ _ %.1f %.1f %.3f %.2f %.1f %.1f", format, " ")
    split("_;_;percent right of the pictures learnt from;percent right of those held back;loss on the former;loss on the latter;" \
          "percent, mean probability of the answers on those held back;length of all weights", note, ";")
    NF_MOST = 8
    print "# the recorded runs of chapter 7, written by chapters/07-weight-decay/record: key, value, note"
}
$1 != name { flush(); name = $1 }
{
    seeds[name]++
    for (k = 3; k <= NF_MOST; k++) {
        if (seeds[name] == 1) { sum[k] = 0; low[k] = high[k] = $k }
        sum[k] += $k
        if ($k + 0 < low[k] + 0) low[k] = $k
        if ($k + 0 > high[k] + 0) high[k] = $k
    }
}
END { flush() }
