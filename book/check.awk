# check.awk - is every line of the library printed exactly once, and every exercise too?
#   awk -v SOLUTIONS="solutions/01-1-x.c …" -v ONCE=1 -v WIDTH=1 -f book/check.awk build/book/tags/*.tags build/book/*.ledger lib/*.[hc]
# ONCE asks for that, WIDTH whether the printed lines fit on a page.
# A ledger record is: quote, chapter, with, file, item, first, last, line in chapter.md.
# Every fault is one line, file:line: what is wrong and what to do; the exit status is 1 if there is one.

function fault(text) { print text; faults++ }

# Ends a stretch of lines that no chapter quotes, and reports it.
function end_stretch() {
    if (from && ONCE) {
        names = ""
        for (n = from; file ~ /\.c$/ && n <= till; n++) names = names named[file, n]
        fault(file ":" from (till > from ? "-" till : "") ": printed in no chapter; quote it" \
            (names ? " with of=\"" substr(names, 2) "\"" : " (it begins: " first ")"))
    }
    from = 0
}

BEGIN { FS = "\t"; WIDEST = 83 }

FILENAME ~ /\.tags$/ {
    if ($4 !~ /^(prototype|externvar|enumerator)$/ && $1 !~ /^__anon/ && sub(/^line:/, "", $5)) named[$2, $5] = named[$2, $5] " " $1
    next
}
FILENAME ~ /\.ledger$/ {
    here = "chapters/" $2 "/chapter.md:" $NF
    if ($1 == "quote")
        for (n = $6; n <= $7; n++) {
            times[$4, n]++
            where[$4, n] = where[$4, n] (where[$4, n] ? " and " : "") here
        }
    if ($1 == "exercise") {
        if (ONCE && $3 in printed) fault(here ": exercise " $3 " is already printed at " printed[$3] "; keep one")
        printed[$3] = here
    }
    next
}

FNR == 1 { end_stretch(); file = FILENAME; twice = "" }
{
    count = times[FILENAME, FNR]
    blank = $0 ~ /^[ \t]*$/
    if (blank || count) { if (!blank) end_stretch() }
    else {
        if (!from) { from = FNR; first = $0 }
        till = FNR
    }
    if (ONCE && !blank && count > 1 && where[FILENAME, FNR] != twice)
        fault(FILENAME ":" FNR ": printed " count " times, at " where[FILENAME, FNR] "; keep one, give the others again=1")
    twice = count > 1 ? where[FILENAME, FNR] : ""
    width = $0
    sub(/--+ *\*\/$/, "", width)        # the ruler behind a section's title is shortened on the page
    gsub(/[\200-\277]/, "", width)      # count characters, not the bytes that continue one
    if (WIDTH && count && length(width) > WIDEST)
        fault(FILENAME ":" FNR ": " length(width) " columns wide, a printed page holds " WIDEST "; break the line")
}

END {
    end_stretch()
    number = split(SOLUTIONS, list, " ")
    for (k = 1; k <= number; k++) {
        ref = list[k]
        sub(/.*\//, "", ref)
        sub(/\.c$/, "", ref)
        if (ONCE && !(ref in printed)) fault(list[k] ": no chapter prints this exercise; add ```{.exercise ref=\"" ref "\"}")
    }
    exit faults > 0
}
