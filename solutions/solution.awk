# solution.awk - a solution as a learner shall read it: without the known mistakes, the marks and the hints; -v code=1
# also without the statement, -v marks=1 with the marks. A mistake may stand within another's #if.
function showing(  i) { for (i = 1; i <= depth; i++) if (!shown[i]) return 0; return 1 }
/^#if MISTAKE/ { shown[++depth] = taken[depth] = /!=/; next }
depth && /^#elif MISTAKE/ { shown[depth] = !taken[depth] && /!=/; taken[depth] = taken[depth] || shown[depth]; next }
depth && /^#else/ { shown[depth] = !taken[depth]; next }
depth && /^#endif/ { depth--; next }
!showing() { next }
marks && /^ *\/\/\/ (BEGIN|END)/ { print; next }
/^ *\/\/\/ (BEGIN SOLUTION|END SOLUTION|HINT)/ { next }
code && !begun { if (/^ *\*\//) begun = 1; next }
!(blank && /^$/) { print; blank = /^$/ }
