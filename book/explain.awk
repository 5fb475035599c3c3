# explain.awk - why does the library at the end of chapter N not compile?
#   awk -v N=04 -f book/explain.awk build/book/tags/*.tags build/book/*.ledger LOG
# For every name that the compiler or the linker misses in LOG: which chapter brings it.

BEGIN { FS = "\t" }

FILENAME ~ /\.tags$/ {
    match($0, /line:[0-9]+/)
    places[$1] = places[$1] " " $2 ":" substr($0, RSTART + 5, RLENGTH - 5)
    next
}
FILENAME ~ /\.ledger$/ {
    if ($1 == "quote")
        for (n = $6; n <= $7; n++) { brought_by[$4 ":" n] = $2; brought_with[$4 ":" n] = $3 }
    next
}
/undefined reference to|implicit declaration of|undeclared|unknown type name|has no member|defined but not used/ {
    line = $0
    gsub(/[\047`]|‘|’/, "\001", line)
    split(line, parts, "\001")
    name = parts[2]
    if (!(name in places) || name in told) next
    told[name] = 1
    number = split(places[name], list, " ")
    for (k = 1; k <= number; k++) {
        if (/defined but not used/) idle = idle sprintf("  %s is at %s: nothing that chapter %s has uses it; bring it later\n", name, list[k], N)
        else if (!(list[k] in brought_by)) missing = missing sprintf("  %s is at %s, which no chapter quotes yet\n", name, list[k])
        else if (brought_with[list[k]] "" > N "") missing = missing sprintf("  %s is at %s, which chapter %s brings: bring it by chapter %s\n", name, list[k], brought_by[list[k]], N)
    }
}
END { printf "%s", missing ? missing : idle }     # what is idle only waits for what is missing
