# common.sh - what the tests of the book share. Each works on copies of tests/book/fixture, a book of two chapters and an
# appendix, with a kernel that knows its cells by heart.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/book.XXXXXX")
trap 'rm -rf "$work"' EXIT
bad=0
unset MAKEFLAGS MAKELEVEL MFLAGS

ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $(echo "$2" | tr '\n' ' ' | cut -c1-400)"; bad=1; }
skip() { echo "skip $1: $2"; }

# fresh: a new copy of the fixture in $book, the working folder from here on.
fresh() {
    rm -rf "$work/book"
    book=$work/book
    cp -r "$top/tests/book/fixture" "$book"
    mkdir -p "$book/book"
    (cd "$top/book" && cp ./*.lua ./*.awk ./*.mk ./*.html ./*.css ./*.js run-notebook give-notebook "$book/book/")
    cp "$top/chapters/chapters.mk" "$book/chapters/"
    cp "$top/solutions/stub.awk" "$book/solutions/"
    cd "$book" || exit 1
}

# holds NAME COMMAND…: the command succeeds.
holds() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "$said"; fi
}

# refused NAME TARGET WORDS…: `make TARGET` fails, and what it says holds each of the words.
refused() {
    local name=$1 target=$2 said word
    shift 2
    # shellcheck disable=SC2086
    if said=$(make -k $target 2>&1); then
        not_ok "$name" "make $target did not fail"
        return
    fi
    for word in "$@"; do
        if ! grep -qF -- "$word" <<<"$said"; then
            not_ok "$name" "the message does not say '$word': $said"
            return
        fi
    done
    ok "$name"
}

# edit FILE SED-EXPRESSION: changes the file, and makes sure that something changed.
edit() {
    cp "$1" "$work/before"
    sed -i "$2" "$1"
    ! cmp -s "$1" "$work/before" || { echo "not ok edit of $1: '$2' changed nothing"; bad=1; }
}
