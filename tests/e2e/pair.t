#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run --grant FUNC --revoke FUNC: any pair of functions, of a module here.
#
# vm: timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

BY_ARG=(--grant user_pair_take:arg1 --revoke user_pair_drop:arg0)
BY_COUNT=(--grant user_pair_take --revoke user_pair_drop)

# A script of takes and drops in a process of its own.
user_pair() {
	(echo "$1" >"$DRIVER_DIR/user_pair")
}

# Traces one script; leaves status, out, err.
traced() {
	local script=$1

	shift
	ok "'$script': starts" trace_start "$@"
	user_pair "$script"
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
like "$err" 'grant user_pair_take, revoke user_pair_drop, without cross-check' "says what it traces, and how"
like "$err" 'blind: the kernel keeps no count of these windows' "and what it can't see"

traced "+0" "${BY_ARG[@]}"
found "1 leak" "a leak"
is "$status" 1 "exit status 1"
like "$out" 'BUG: pkstrace: leak in user_pair_opener\+' "names who opened it"
like "$out" 'still open at syscall-exit of write\(\)' "and the boundary"
like "$out" 'Window on argument 0xffff' "and the argument"
unlike "$out" 'PKRS|poisoned' "but nothing of protection keys"

traced "+0 -0 -0" "${BY_ARG[@]}"
found "1 underflow" "a revoke too many"
like "$out" 'BUG: pkstrace: underflow in user_pair_closer\+' "names who revoked"

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
user_pair "+0 s -0 +1 -1" & older=$!
asleep_in_driver() {
	local pid

	for pid in $older $(pgrep -P "$older"); do
		grep -qs ' user_pair_write+' "/proc/$pid/stack" &&
			grep -qs '^State:.D' "/proc/$pid/status" && return
	done
	return 1
}
ok "a window is open" wait_until 20 asleep_in_driver
ok "starts inside a window" trace_start "${BY_ARG[@]}"
user_pair g
wait $older
trace_stop
is_clean "a window older than the trace"
like "$out" '1 windows granted before the trace were closed during it' "is reported, and no underflow"

# --- by count only ---------------------------------------------------------

traced "+0 +1 -0 -1" "${BY_COUNT[@]}"
is_clean "order does not matter where nothing is compared"
like "$err" 'blind: no argument to compare' "which is said"
traced "+0 +1 -0" "${BY_COUNT[@]}"
found "1 leak" "a leak by count"

ok "starts with a command" trace_start "${BY_COUNT[@]}" -- bash -c "echo +0 >$DRIVER_DIR/user_pair"
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

refused 2 "a grant without a revoke" "go together" --grant user_pair_take
refused 2 "no such function" "'user_pair_tike': no such function" \
	--grant user_pair_tike --revoke user_pair_drop
refused 2 "no such argument" "user_pair_drop\(\) has 1 argument, from arg0 on" \
	--grant user_pair_take:arg1 --revoke user_pair_drop:arg1
refused 2 "not an argument" "give FUNC:argN" --grant user_pair_take:1 --revoke user_pair_drop:arg0
refused 2 "an argument of one only" "to both or to neither" \
	--grant user_pair_take:arg1 --revoke user_pair_drop
refused 2 "twice the same" "the same function" --grant user_pair_take --revoke user_pair_take
refused 2 "a pair and a dialect" "not both" --dialect V10 "${BY_ARG[@]}"
refused 2 "no such dialect" "does not speak dialect 'V11'" --dialect V11
refused 3 "a function that is not traceable" "nothing can be attached to it" \
	--grant exc_page_fault --revoke user_pair_drop

done_testing
