#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Windows that are held for long, or slept in: found when asked for, the long
# ones while they are open.
#
# vm: timeout=300

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

# Until the report that is being written has it; within some seconds.
reported() {
	wait_until 20 grep -q "$1" "$WORK/out" && return
	diag "$(<"$WORK/out")"
	return 1
}

hold() {
	(exec bash -c 'echo "$1" >"$2"' hold "$1" "$DRIVER_DIR/hold") 2>/dev/null &
	holder=$!
}

driver_load

# --- not asked for ------------------------------------------------------------

ok "starts" trace_start
bug slept
bug long-hold
trace_stop
is_clean "not asked for"

# --- slept --------------------------------------------------------------------

ok "starts with --slept" trace_start --slept
bug slept-ok
bug long-hold
bug slept
trace_stop
is "$status" 1 "slept: exit status 1"
like "$out" 'BUG: pkstrace: slept in timed_map\+' "slept: the window's grant is named"
like "$out" 'Window on page pmem0\+0x[0-9a-f]+ was open when the thread was switched out' \
	"slept: says what"
like "$out" 'Switched out by:(
 [^
]*)*
 slept\+' "slept: where"
like "$out" '\([0-9]+ slept\); complete' "slept: nothing else"

# --- long-hold ----------------------------------------------------------------

ok "starts with --long-hold" trace_start --long-hold 30ms
bug long-hold-ok
bug long-hold
trace_stop
is "$status" 1 "long-hold: exit status 1"
like "$out" 'BUG: pkstrace: long-hold in timed_map\+' "long-hold: the window's grant is named"
like "$out" 'Window on page pmem0\+0x[0-9a-f]+, open for [0-9.]+ ms' "long-hold: the page, the time"
like "$out" '1 finding \(1 long-hold\); complete' "long-hold: reported once"

ok "starts with --long-hold" trace_start --long-hold 100ms
hold 1000000
ok "an open window: found" reported 'BUG: pkstrace: long-hold in hold+'
ok "an open window: found while it is open" kill -0 "$holder"
kill -9 "$holder"
wait "$holder" 2>/dev/null
ok "the driver's other windows" pairs 100
trace_stop
like "$out" ' 101 closed, 0 open' "an open window: then closed"
like "$out" '1 finding \(1 long-hold\); complete' "an open window: reported once"

ok "starts with --long-hold" trace_start --long-hold 1s
hold 1000000
ok "a window that stays open: found" reported 'BUG: pkstrace: long-hold in hold+'
trace_stop
like "$out" ' 0 closed, 1 open' "a window that stays open: said"
like "$out" '1 finding \(1 long-hold\); complete' "a window that stays open: reported once"
ok "a window that stays open: it is" kill -0 "$holder"
kill -9 "$holder"
wait "$holder" 2>/dev/null

# Its end and the loader's look at it fall together now and then.
ok "starts with --long-hold" trace_start --long-hold 5ms
held_often() {
	local i

	for ((i = 0; i < 40; i++)); do
		echo 12 >"$DRIVER_DIR/hold" || return 1
	done
}
holders=()
for ((i = 0; i < 16; i++)); do
	held_often &
	holders+=($!)
done
ended=0
for i in "${holders[@]}"; do
	wait "$i" && ended=$((ended + 1))
done
is "$ended" 16 "many windows that end as they are found"
trace_stop
like "$out" ' 640 closed, 0 open' "many: closed"
like "$out" 'findings? \(640 long-hold\); complete' "many: each reported once"

done_testing
