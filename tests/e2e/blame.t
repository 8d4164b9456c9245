#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who is blamed, and for what: what a report and its tables say is so in the kernel.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

# GRANTS and CLOSED of the call site in function $1.
row_of() {
	sed -n "s/^ *\([0-9][0-9]*\)  *\([0-9][0-9]*\)  *[-0-9].* $1+.*/\1 \2/p" <<<"$out"
}

driver_load

trace_start
bug nested-inner-forgets
trace_stop
like "$out" 'BUG: pkstrace: leak in inner_uses\+' "of two windows on a page: who forgot its own"
like "$out" '1 of 2 windows of this page is open' "that it is a guess is said"
like "$out" 'Another window on it granted by:
 outer_uses\+' "with the other grant"
is "$(row_of inner_uses)" "1 0" "the table agrees: the culprit closed nothing"
is "$(row_of outer_uses)" "1 1" "and the innocent its own"
like "$out" '^ *1 +0 +- +- +- +inner_uses|
 *1 +0 +- +- +- +inner_uses' "what closed nothing has no hold times"

# A helper of the kernel's has mapped the page, for a driver that leaves it.
trace_start
bug walk-leaks
trace_stop
like "$out" 'BUG: pkstrace: leak in walk_update\+[^ ]* \[pkstrace_bugs\], through sg_miter_next' \
	"the helper's caller is blamed"
like "$out" '  leak in walk_update\+[^ ]* \[pkstrace_bugs\], through sg_miter_next' \
	"in the table of findings, too"
is "$(row_of walk_update)" "1 0" "and in that of windows"

trace_start
bug double-helper
bug order-ptes
trace_stop
like "$out" 'underflow in caller_unmaps.*Closed before by:
 helper_scans' "a double unmap tells who had closed it first"
like "$out" 'out-of-order in .*The window it names granted by:
 ' "a revoke out of order tells the grant of the window it names, too"

# A shell that leaked once forks: the child has what the leak was told of.
trace_start
(
	echo leak >"$DRIVER_DIR/run"
	/bin/true
	:
)
trace_stop
like "$out" 'BUG: pkstrace: inherited in basic_map\+' "inherited after a leak: by whom"
like "$out" 'Window on page pmem0\+0x[0-9a-f]+ was open when thread' "and on which page"
like "$out" 'Follows from: the leak at' "and from which leak"

# The thread that leaked lives on.
mkfifo "$WORK/fifo"
trace_start
(
	exec 3<>"$WORK/fifo"
	echo leak >"$DRIVER_DIR/run"
	echo >"$WORK/leaked"
	read -r -t 60 <&3
) &
holder=$!
wait_until 20 test -e "$WORK/leaked"
trace_stop
kill $holder
wait $holder 2>/dev/null
like "$out" '[1-9][0-9]* windows granted, [0-9]+ closed, 1 open' "a leaked window is open at the end"

done_testing
