#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Windows that nobody has closed when a run ends are listed, with their age and call site, and
# the run is not called clean; who was just using one is not listed. Of those that pile up in
# a thread that goes on, a finding is made while it does.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

# The thread $1 is in a window, and says so itself to nobody.
in_window() {
	grep -q "/$1 .*window" <<<"$("$PKSTRACE" snapshot)"
}

driver_load

ok "starts" trace_start
(exec bash -c "echo 60000 >$DRIVER_DIR/hold") 2>/dev/null & holder=$!
wait_until 60 in_window $holder || diag "no holder"
trace_stop
is "$status" 4 "a window is open at the end: exit status 4" || diag "$out" "$err"
like "$out" "Windows still open at the end:" "there is a section of them"
like "$out" " 1 +[0-9.]+ [mun]?s +bash/$holder +hold\\+" "with number, age, thread and call site"
like "$out" 'no findings; complete: nothing was lost; 1 still open: the run cannot be called clean' \
	"and the verdict says so"

ok "starts again" trace_start --format json
wait_until 60 in_window $holder || diag "no holder"
kill $holder
wait $holder 2>/dev/null
trace_stop
is "$status" 0 "a window from before the trace, closed in it: exit status 0" || diag "$out" "$err"
is "$(json 'summary["still_open"]')" "[]" "nothing is left open"

# Windows all the time, of which some are open at any moment.
(while :; do pairs 100000; done) & load=$!
tool run -d 2
kill $load
wait $load 2>/dev/null
is_clean "a thread that is just using a window"

ok "starts, for a thread that leaks at each turn" trace_start
bug kthread-grows
trace_stop
is "$status" 1 "more and more windows of a call site: exit status 1"
like "$out" 'BUG: pkstrace: leak in grow_map\+' "a leak is reported"
like "$out" 'still open, one of [0-9]+ of this call site in the thread, growing' "while it grows"
like "$out" 'pkstrace: 1 finding \(1 leak\)' "and those at the thread's end are no further one" ||
	diag "$out"

done_testing
