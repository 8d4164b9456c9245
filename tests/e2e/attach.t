#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Attach and detach while threads are inside windows: exact, nothing found,
# nothing left that does not fit. ATTACH_ROUNDS: how often (default 12).
#
# vm: timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

ROUNDS=${ATTACH_ROUNDS:-12}
workers=()

worker() {
	(
		renice -n 19 $BASHPID
		while :; do
			("$@")
		done
	) >/dev/null 2>&1 &
	workers+=($!)
}

busy_hold() {
	echo long-hold >"$DRIVER_DIR/run"
	sleep 0.3
}

# As fast as can be, with pauses: a virtual CPU that never rests takes half of the
# time of the one that attaches.
burst() {
	pairs 4000
	sleep 0.02
}

# Some hold a window nearly all the time, asleep or not, one opens and closes many.
start_workers() {
	worker pairs 30 hold
	worker pairs 7 hold
	worker bug slept-waiting
	worker busy_hold
	worker burst
}

stop_workers() {
	local pid

	for pid in "${workers[@]}"; do
		kill "$pid"
		wait "$pid"
	done 2>/dev/null
	workers=()
}

# One attach and detach; adds to the sums.
round() {
	trace_start || return 1
	sleep 0.$((RANDOM % 3))
	trace_stop
	[[ $status -eq 0 && $out == *"no findings; complete: nothing was lost"* ]] || {
		diag "round: status $status" "$out" "$err"
		return 1
	}
	windows=$((windows + $(granted)))
	older=$((older + $(sed -n 's/^\([0-9]*\) windows granted before.*/\1/p' <<<"$out") + 0))
}

driver_load
start_workers
clean=0 windows=0 older=0
for ((i = 0; i < ROUNDS; i++)); do
	round && clean=$((clean + 1))
	((i % 50 != 49)) || diag "$((i + 1)) rounds, $clean clean, $windows windows, $older older"
done
is "$clean" "$ROUNDS" "each of $ROUNDS runs under traffic: no finding, complete"
cmp_num "$windows" -gt 0 "windows were traced"
cmp_num "$older" -gt 0 "some had been granted before their run began"
stop_workers

# --- a leak from before the trace ------------------------------------------

mkfifo "$WORK/go"
bash -c "echo leak-error-path >$DRIVER_DIR/run; : >$WORK/leaked; read -r _ <$WORK/go; echo 10 >$DRIVER_DIR/pairs" &
leaker=$!
ok "it leaks" wait_until 20 test -e "$WORK/leaked"
ok "starts" trace_start
echo >"$WORK/go"
wait $leaker
trace_stop
is "$status" 1 "a leak from before the trace is found"
like "$out" 'BUG: pkstrace: leak in' "as a leak"
like "$out" 'granted before' "and it says that the window was granted before the trace"
like "$out" '\(1 leak\); complete' "once, and nothing else"
is "$(granted)" 10 "its later windows are counted"

done_testing
