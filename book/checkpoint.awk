# checkpoint.awk - the library as it is at the end of a chapter
#   awk -v N=04 -v DIR=build/checkpoint/04 -f book/checkpoint.awk build/book/*.ledger lib/nn.h lib/*.c
# Writes DIR/nn.h and DIR/*.c with the lines that are quoted up to chapter N. The other lines are left blank, so one
# #line at the top lets every message point into lib/. A file of which nothing is quoted yet is not written.

BEGIN { FS = "\t" }

FILENAME ~ /\.ledger$/ {
    if ($1 == "quote" && $3 "" <= N "")
        for (n = $6; n <= $7; n++) keep[$4, n] = 1
    next
}

FNR == 1 {
    if (out) close(out)
    out = FILENAME
    sub(/.*\//, DIR "/", out)
    pending = "#line 1 \"" FILENAME "\"\n"
}
!((FILENAME, FNR) in keep) { pending = pending "\n"; next }
{
    print pending $0 > out
    pending = ""
}
