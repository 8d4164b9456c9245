#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that preempts its own code: no call is refused since another thread was
# preempted inside a program; what is missed all the same is reported, and no finding.
#
# vm: kernel=preempt cpus=4 timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

MODEL=/sys/kernel/debug/sched/preempt
MAPS=${PKS_BUILD:?}/tests/load/maps
WRITERS=8
PAIRS=4000
BY_ARG=(--grant user_pair_take:arg1 --revoke user_pair_drop:arg0)

# So many writers at once; the words of each are a command.
writers() {
	local i jobs=()

	for ((i = 0; i < WRITERS; i++)); do
		"$@" &
		jobs+=($!)
	done
	wait "${jobs[@]}"
}

user_pairs() {
	local i

	for ((i = 0; i < 200; i++)); do
		echo "+0 +1 -1 -0 +2 -2" >"$DRIVER_DIR/user_pair"
	done
}

driver_load

# --- what it says -----------------------------------------------------------

check=$("$PKSTRACE" check)
like "$check" 'preemption +full: programs on functions attach by kprobe\.multi' \
	"check says how the kernel preempts, and what follows"
like "$check" 'run +can work here' "and a run can work"

# --- the load does refuse programs on trampolines ---------------------------

export PKSTRACE_ATTACH=trampoline
for ((i = 0; i < 5; i++)); do
	trace_start || break
	writers pairs $PAIRS
	trace_stop
	[[ $out != *"recursion refused"* ]] || break
done
unset PKSTRACE_ATTACH
like "$out" 'LOST: recursion refused: [1-9]' "on trampolines calls are refused to other threads"
like "$err" 'blind: this kernel is preemptible and programs are on trampolines' "which is said beforehand"

# --- on kprobes nothing is ----------------------------------------------------

ok "eight writers on four CPUs: starts" trace_start
writers pairs $PAIRS
trace_stop
is_clean "eight writers"
is "$(granted)" $((WRITERS * PAIRS)) "eight writers: each window is counted"

TRACE_COMMAND=stat trace_start || fail "counted only: starts"
writers pairs $PAIRS
trace_stop
is_clean "counted only"
is "$(granted)" $((WRITERS * PAIRS)) "counted only: each window is counted"

ok "a pair without a count: starts" trace_start "${BY_ARG[@]}"
writers user_pairs
trace_stop
is_clean "a pair without a count"
is "$(granted)" $((WRITERS * 200 * 3)) "a pair without a count: each is counted"

PKSTRACE_ATTACH=kprobe trace_start || fail "kprobes one by one: starts"
writers pairs $PAIRS
trace_stop
is_clean "kprobes one by one"
is "$(granted)" $((WRITERS * PAIRS)) "kprobes one by one: each window is counted"

# --- system calls on maps block the programs of kprobes ------------------------

blocked() {
	local walker

	taskset -c 1 "$MAPS" >"$WORK/maps" &
	walker=$!
	wait_until 60 grep -q ready "$WORK/maps"
	taskset -c 1 bash -c "for i in 1 2 3 4; do $1 & done; wait"
	kill $walker
	wait $walker
}

mkfifo "$WORK/go"
ok "programs are blocked: starts" trace_start
blocked "echo 40000 >$DRIVER_DIR/pairs"
trace_stop
is "$status" 4 "blocked: exit status 4" || diag "$out" "$err"
like "$out" 'LOST: probes blocked: [1-9]' "blocked: reported"
like "$out" 'pkstrace: no findings; INCOMPLETE' "blocked: no finding is made of it"

ok "a command's programs are blocked: starts" trace_start -- bash -c \
	"read -r _ <$WORK/go; for i in 1 2 3 4; do taskset -c 1 bash -c 'echo 40000 >$DRIVER_DIR/pairs' & done; wait"
taskset -c 1 "$MAPS" >"$WORK/maps" &
walker=$!
wait_until 60 grep -q ready "$WORK/maps"
echo >"$WORK/go"
trace_wait
kill $walker
wait $walker
like "$out" 'pkstrace: no findings' "a command, blocked: no finding is made of it" || diag "$out"

ok "a pair's programs are blocked: starts" trace_start "${BY_ARG[@]}"
blocked "for i in {1..800}; do echo '+0 +1 -1 -0 +2 -2' >$DRIVER_DIR/user_pair; done"
trace_stop
like "$out" 'pkstrace: no finding' "a pair, blocked: no finding is made of it" || diag "$out"

# --- the model changes under a run -----------------------------------------------

ok "the kernel is preemptible no more" eval "echo none >$MODEL"
like "$("$PKSTRACE" check)" 'preemption +none: programs on functions attach by trampoline' \
	"check sees the change"
ok "starts on trampolines" trace_start
pairs 1000
ok "the kernel becomes preemptible again" eval "echo full >$MODEL"
writers pairs $PAIRS
trace_stop
is "$status" 4 "changed: exit status 4" || diag "$out" "$err"
like "$out" 'LOST: preemption model changed: 1 time' "changed: reported"
like "$out" 'pkstrace: no findings; INCOMPLETE' "changed: no finding"
is "$(granted)" 1000 "changed: nothing is traced from then on"

# --- bad input -----------------------------------------------------------------------

PKSTRACE_ATTACH=fentry exits 2 "no such form" "$PKSTRACE" run -d 1
like "$TAP_OUTPUT" "PKSTRACE_ATTACH='fentry': give trampoline, kprobe.multi or kprobe" \
	"no such form: says which there are"

done_testing
