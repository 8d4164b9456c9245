#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A run whose programs the kernel does not call is never clean: where they are switched off
# before it, it does not start; where that happens meanwhile, the run is incomplete, also if
# they are switched on again.
#
# vm: timeout=1200 boot=own
# vm also: kernel=preempt timeout=1200

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

FTRACE=/proc/sys/kernel/ftrace_enabled
KPROBES=/sys/kernel/debug/kprobes/enabled
[[ -e $FTRACE ]] || skip_all "this kernel can't switch ftrace off"

# Three assertions: nothing was found, and the run is not called clean.
is_blind() {
	is "$status" 4 "$1: exit status 4" || diag "$out" "$err"
	like "$out" 'LOST: programs off: [1-9]' "$1: says why"
	like "$out" 'INCOMPLETE' "$1: not clean"
	unlike "$out" 'BUG:' "$1: what was missed is no finding"
}

driver_load
forms=("" kprobe.multi kprobe)
for PKSTRACE_ATTACH in "${forms[@]}"; do
	export PKSTRACE_ATTACH
	how=${PKSTRACE_ATTACH:-usual}

	# --- before ---------------------------------------------------------------
	echo 0 >$FTRACE
	for command in run stat "inject --skip-revoke"; do
		words=($command)
		one_line 3 "$how: $command with ftrace off" 'ftrace is switched off: sysctl kernel.ftrace_enabled=1' \
			"$PKSTRACE" "${words[@]}" -- true
	done
	tool check
	is "$status" 3 "$how: check with ftrace off"
	like "$out" 'programs .*ftrace is switched off: sysctl' "$how: check says so"
	echo 1 >$FTRACE

	# --- meanwhile ------------------------------------------------------------
	for command in run stat; do
		export TRACE_COMMAND=$command
		ok "$how: starts" trace_start
		echo 0 >$FTRACE
		bug double-revoke
		wait_until 10 grep -q 'from now on nothing is traced' "$WORK/err" ||
			diag "not said at once"
		trace_stop
		is_blind "$how: $command, ftrace switched off"
		like "$err" 'from now on nothing is traced' "$how: $command: said at once"
		echo 1 >$FTRACE

		ok "$how: starts" trace_start
		pairs 10
		echo 0 >$FTRACE
		bug double-revoke
		echo 1 >$FTRACE
		pairs 10
		trace_stop
		is_blind "$how: $command, ftrace switched off and on again"
	done
	TRACE_COMMAND=run
	echo 1 >$FTRACE
	ok "$how: starts" trace_start
	cat $FTRACE >/dev/null
	sysctl -qw kernel.ftrace_enabled=1
	cat /proc/sys/kernel/* >/dev/null 2>&1
	pairs 100
	trace_stop
	is_clean "$how: a switch that is read, and set to what it is"
	is "$(granted)" 100 "$how: all windows counted"
done

# --- kprobes ------------------------------------------------------------------

export PKSTRACE_ATTACH=kprobe
echo 0 >$KPROBES
one_line 3 "kprobes off" "kprobes are switched off: echo 1 >$KPROBES" "$PKSTRACE" run -- true
echo 1 >$KPROBES
ok "starts on kprobes" trace_start
echo 0 >$KPROBES
bug double-revoke
trace_stop
is_blind "kprobes switched off"
echo 1 >$KPROBES
ok "starts on kprobes" trace_start
echo 0 >$KPROBES
bug double-revoke
echo 1 >$KPROBES
trace_stop
is_blind "kprobes switched off and on again"
unset PKSTRACE_ATTACH
ok "starts" trace_start
echo 0 >$KPROBES
pairs 100
trace_stop
like "$out" '100 windows granted' "without kprobes: their switch does not matter"
echo 1 >$KPROBES

done_testing
