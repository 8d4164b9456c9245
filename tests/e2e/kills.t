#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run, stat, inject and hunt end by a signal at a random point, under traffic: nothing of them
# stays, and what a killed run's command does is told by check. KILLS=N: how often (default 8:
# each of them by two signals); KILLS_SEED=N: at other points. `make torture` kills 1,000 times.
#
# vm: timeout=600 boot=own

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/hunt.sh"

KILLS=${KILLS:-8}
RANDOM=${KILLS_SEED:-1}
DEBUG=/sys/kernel/debug
SIGNALS=(KILL TERM INT HUP)
COMMANDS=(run stat inject hunt)

# All that a run could leave in the kernel. Functions that no one traces any more go later.
state() {
	objects
	find /sys/fs/bpf -mindepth 1
	grep -H . $DEBUG/failslab/ignore-gfp-wait $DEBUG/fail_page_alloc/ignore-gfp-{wait,highmem} \
		$DEBUG/fail_page_alloc/min-order /sys/block/*/make-it-fail
	cat $DEBUG/tracing/enabled_functions $DEBUG/kprobes/list | sort
}

state_is() {
	[[ $(state) == "$1" ]]
}

# What is started in the command's place; a name of its own, to be looked for.
cp "$(command -v sleep)" "$WORK/workload"
WORKLOAD=(-- bash -c "echo 20 >$DRIVER_DIR/pairs; $WORK/workload 1000 & wait")

begin() {
	local words=("${WORKLOAD[@]}")

	case $1 in
	stat) words=(--by site "${WORKLOAD[@]}") ;;
	inject) words=(--skip-revoke "${WORKLOAD[@]}") ;;
	hunt) words=(--kernel-faults all -- bash -c "echo >$HUNT_DIR/fixed; $WORK/workload 0.1") ;;
	esac
	# What a shell starts in the background ignores SIGINT until it says otherwise itself.
	setsid env --default-signal=INT "$PKSTRACE" "$1" "${words[@]}" \
		>"$WORK/out" 2>"$WORK/err" </dev/null &
	trace_pid=$!
}

ended() {
	[[ ! -d /proc/$1 || $(<"/proc/$1/stat") == *") Z "* ]]
}

# One run and its end, at a point between its first instruction and some time after attaching.
kill_one() {
	local delay

	printf -v delay '%d.%03d' $(($3 / 1000)) $(($3 % 1000))
	begin "$1"
	sleep "$delay"
	kill -"$2" "$trace_pid"
	wait_until 30 ended "$trace_pid" || {
		diag "$1, SIG$2 after $delay s: does not end" "$(<"$WORK/err")"
		kill -9 "$trace_pid"
		return 1
	}
	wait "$trace_pid" 2>/dev/null
	status=$?
	trace_pid=
	[[ $2 == KILL || $status -lt 128 || ! -s $WORK/out ]] || return 1
}

traffic() {
	renice -n 19 $BASHPID >/dev/null
	while :; do
		pairs 300
		sleep 0.05
	done
}

driver_load
"$PKSTRACE" run --allow-none -- true >/dev/null 2>&1
before=$(state)
traffic &
traffic_pid=$!

begin_us=${EPOCHREALTIME/./}
ok "starts" trace_start
window=$(((${EPOCHREALTIME/./} - begin_us) * 13 / 10000))
trace_stop
diag "$window ms from the first instruction to some time after attaching"

stuck=0
for ((i = 0; i < KILLS; i++)); do
	kill_one "${COMMANDS[i % 4]}" "${SIGNALS[(i + i / 4) % 4]}" $((RANDOM % window)) ||
		stuck=$((stuck + 1))
	((i % 50 != 49)) || diag "$((i + 1)) kills, $stuck that did not end"
done
is "$stuck" 0 "each of $KILLS ends"

# The command of a run that was killed goes on, and is told; nobody else's.
tool check --clean-up
is "$status" 0 "check --clean-up: nothing is left" || diag "$out"
not_ok_cmd "no command goes on" pgrep -f "$WORK/workload"
kill "$traffic_pid"
wait "$traffic_pid" 2>/dev/null
ok "the kernel is as before" wait_until 20 state_is "$before" ||
	diag "$(diff <(echo "$before") <(state))"
tool check
like "$out" 'system +clean' "check says that the system is clean"
tool snapshot
is "$status" 0 "nobody is inside a window" || diag "$out"
tool run -- bash -c "echo 100 >$DRIVER_DIR/pairs"
is_clean "the next run"
is "$(granted)" 100 "the next run: counts are exact"

done_testing
