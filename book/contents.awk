# contents.awk - the contents page: every chapter's title and goal
#   awk -f book/contents.awk build/book/contents.tsv book/index.html
# Copies the template; the line @CHAPTERS@ becomes the list.

function escaped(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    return text
}
BEGIN { FS = "\t" }
FILENAME ~ /\.tsv$/ {
    list = list "<li" ($2 ~ /^[A-Z]/ ? " class=\"appendix\"" : "") "><a href=\"" $1 ".html\"><span class=\"number\">" $2 "</span><span class=\"what\"><b>" \
        escaped($3) "</b><span>" escaped($4) "</span></span></a></li>\n"
    next
}
/@CHAPTERS@/ { printf "%s", list; next }
{ print }
