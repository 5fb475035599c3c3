# common.sh - what the tests of the nn command share. Each works in a folder of its own.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
nn=$top/${BUILD:-build}/nn
work=$(mktemp -d "${TMPDIR:-/tmp}/nn-cmd.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0

ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $(echo "$2" | tr '\n' ' ' | cut -c1-300)"; bad=1; }
skip() { echo "skip $1: $2"; }

# holds NAME COMMAND…: the command succeeds.
holds() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "'$*' said: $said"; fi
}

# fails NAME STATUS WORDS COMMAND…: it ends with this status and one sentence on stderr, which holds the words.
fails() {
    local name=$1 status=$2 words=$3 said code
    shift 3
    said=$("$@" 2>&1 >/dev/null)
    code=$?
    if [ $code -ne "$status" ]; then not_ok "$name" "exit status $code, and it said: $said"
    elif [ "$(echo "$said" | wc -l)" -ne 1 ]; then not_ok "$name" "more than one line: $said"
    elif [[ $said != "nn"*": "*"$words"* ]]; then not_ok "$name" "it said: $said"
    else ok "$name"; fi
}

# number KEY FILE: a number out of a line or a file of JSON, as it stands there.
number() { sed -n "s/.*\"$1\": *\([-0-9.e+]*\).*/\1/p" "$2" | head -n 1; }
