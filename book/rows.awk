# rows.awk - which rows of which tables do the chapters quote on their own?
#   awk -f book/rows.awk chapters/*/chapter.md
# Prints file, table and rows, separated by tabs, for every quote with row="…".

function value_of (key) {
    return match ($0, "[ {]" key "=\"[^\"]*\"") ? substr ($0, RSTART + length (key) + 3, RLENGTH - length (key) - 4) : ""
}
/^(```+|~~~+) *\{/ && / row="/ && !/ again=/ {
    print value_of("quote") "\t" value_of("of") "\t" value_of("row")
}
