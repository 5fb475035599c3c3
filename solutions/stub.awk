# stub.awk - the learner's file from a solution: each region is replaced by one line to fill, hints go.
/^ *\/\/\/ BEGIN SOLUTION/ {
    match($0, /^ */)
    indent = substr($0, 1, RLENGTH)
    name = FILENAME
    sub(/.*\//, "", name)
    split(name, part, "-")
    # -- outside of a function nothing can be called
    print indent (indent == "" ? "// functions of your own, if you want some" : "// your code here")
    if (indent != "")
        print indent "nn_todo (\"" part[1] "-" part[2] "\");"
    inside = 1
}
/^ *\/\/\/ HINT/ { next }
!inside && !(blank && /^$/) { print; blank = /^$/ }
/^ *\/\/\/ END SOLUTION/ { inside = 0 }
END {
    if (inside) {
        print FILENAME ": no END SOLUTION" > "/dev/stderr"
        exit 1
    }
}
