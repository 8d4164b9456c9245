#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run --grant FUNC --revoke FUNC: any pair of functions, of a module here.
#
# vm: timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

BY_ARG=(--grant lease_take:arg1 --revoke lease_drop:arg0)
BY_COUNT=(--grant lease_take --revoke lease_drop)

# A script of the driver's leases in a process of its own.
lease() {
	(echo "$1" >"$DRIVER_DIR/lease")
}

# Traces one script; leaves status, out, err.
traced() {
	local script=$1

	shift
	ok "'$script': starts" trace_start "$@"
	lease "$script"
	trace_stop
}

# Exactly the findings of the list, in the summary's words.
found() {
	is "$(sed -n 's/^pkstrace: [0-9]* findings\{0,1\} (\(.*\)); complete.*/\1/p' <<<"$out")" \
		"$1" "$2" || diag "$out" "$err"
}

driver_load

# --- paired by argument ----------------------------------------------------

traced "+0 +1 -1 -0 +2 -2" "${BY_ARG[@]}"
is_clean "balanced and nested"
is "$(granted)" 3 "counts each once"
like "$err" 'grant lease_take, revoke lease_drop, without cross-check' "says what it traces, and how"
like "$err" 'blind: the kernel keeps no count of these windows' "and what it can't see"

traced "+0" "${BY_ARG[@]}"
found "1 leak" "a leak"
is "$status" 1 "exit status 1"
like "$out" 'BUG: pkstrace: leak in lease_opener\+' "names who opened it"
like "$out" 'still open at syscall-exit of write\(\)' "and the boundary"
like "$out" 'Window on argument 0xffff' "and the argument"
unlike "$out" 'PKRS|poisoned' "but nothing of protection keys"

traced "+0 -0 -0" "${BY_ARG[@]}"
found "1 underflow" "a revoke too many"
like "$out" 'BUG: pkstrace: underflow in lease_closer\+' "names who revoked"

traced "+0 -0 -0 +1" "${BY_ARG[@]}"
found "1 leak, 1 underflow" "an underflow does not hide a later leak"

traced "+0 -3" "${BY_ARG[@]}"
found "1 wrong-page" "a revoke of another argument"

traced "+0 +1 -0 -1" "${BY_ARG[@]}"
found "1 out-of-order" "revokes in the wrong order"

traced "+0 w -0" "${BY_ARG[@]}"
found "1 leak, 1 cross-thread" "a revoke by another thread"

traced "w +0" "${BY_ARG[@]}"
found "1 leak" "a leak in a work item"
like "$out" 'still open at work-end of work_step' "at the end of the item"

# A window older than the trace: its revoke is counted, and no finding.
lease "+0 s -0 +1 -1" & older=$!
asleep_in_driver() {
	local pid

	for pid in $older $(pgrep -P "$older"); do
		grep -qs ' lease_write+' "/proc/$pid/stack" &&
			grep -qs '^State:.D' "/proc/$pid/status" && return
	done
	return 1
}
ok "a window is open" wait_until 20 asleep_in_driver
ok "starts inside a window" trace_start "${BY_ARG[@]}"
lease g
wait $older
trace_stop
is_clean "a window older than the trace"
like "$out" '1 windows granted before the trace were closed during it' "is told, and no underflow"

# --- by count only ---------------------------------------------------------

traced "+0 +1 -0 -1" "${BY_COUNT[@]}"
is_clean "order does not matter where nothing is compared"
like "$err" 'blind: no argument to compare' "which is said"
traced "+0 +1 -0" "${BY_COUNT[@]}"
found "1 leak" "a leak by count"

ok "starts with a command" trace_start "${BY_COUNT[@]}" -- bash -c "echo +0 >$DRIVER_DIR/lease"
trace_wait
found "1 leak" "with a command"

# A function of the kernel itself; its key is a lock.
ok "starts on functions of the kernel" trace_start \
	--grant mutex_lock:arg0 --revoke mutex_unlock:arg0 -- ls -R /proc/self/task
trace_wait
cmp_num "$(granted)" -gt 0 "sees them"

# --- bad input -------------------------------------------------------------

refused() {
	one_line "$1" "$2" "$3" "$PKSTRACE" run -d 1 "${@:4}"
}

refused 2 "a grant without a revoke" "go together" --grant lease_take
refused 2 "no such function" "'lease_tike': no such function" \
	--grant lease_tike --revoke lease_drop
refused 2 "no such argument" "lease_drop\(\) has 1 argument, from arg0 on" \
	--grant lease_take:arg1 --revoke lease_drop:arg1
refused 2 "not an argument" "give FUNC:argN" --grant lease_take:1 --revoke lease_drop:arg0
refused 2 "an argument of one only" "to both or to neither" \
	--grant lease_take:arg1 --revoke lease_drop
refused 2 "twice the same" "the same function" --grant lease_take --revoke lease_take
refused 2 "a pair and a dialect" "not both" --dialect V10 "${BY_ARG[@]}"
refused 2 "no such dialect" "does not speak dialect 'V11'" --dialect V11
refused 3 "a function that is not traceable" "nothing can be attached to it" \
	--grant exc_page_fault --revoke lease_drop

done_testing
