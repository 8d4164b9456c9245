#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a run did not see: counted by reason, said, never taken for a finding, and
# never called clean. Tables that run full: see tests/bpf.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

# Three assertions: exit status 4, a loss that matches, and no finding.
is_incomplete() {
	is "$status" 4 "$1: exit status 4" || diag "$out" "$err"
	like "$out" "LOST: $2" "$1: counted and said"
	like "$out" 'pkstrace: no findings; INCOMPLETE' "$1: no finding, and not clean" ||
		diag "$out"
}

driver_load
[[ -e $DRIVER_DIR/pairs_hit ]] || skip_all "this kernel does not count windows in the task"

# --- windows that the kernel counted and nobody could see --------------------

ok "starts" trace_start
pairs 50 pairs_unseen
pairs 1000
trace_stop
is_incomplete "windows unseen" 'count mismatch: 100 grants or revokes missed \(cpu[0-9]+ [0-9]+'
is "$(granted)" 1100 "windows unseen: those that were seen are counted"
like "$out" ' 1100 closed, 0 open' "windows unseen: in step again afterwards"

# --- an interrupt hits a program, which the kernel does not run twice ---------

# hit_until LOSS FUNCTION: runs FUNCTION, which traces windows hit by interrupts, until
# that is lost.
hit_until() {
	local i

	for ((i = 0; i < 10; i++)); do
		"$2" || return 1
		[[ $out == *"LOST: $1"* || $out == *BUG:* ]] && return 0
	done
	diag "$out"
	return 1
}

hit_system() {
	trace_start || return
	pairs 20000 pairs_hit
	trace_stop
}

hit_command() {
	trace_start -- bash -c "echo 20000 >$DRIVER_DIR/pairs_hit" || return
	trace_wait
}

mkfifo "$WORK/go"
hit_process() {
	local target

	# A child of the process: that itself is known by its number.
	bash -c "read -r _ <$WORK/go; (echo 20000 >$DRIVER_DIR/pairs_hit); exit" &
	target=$!
	trace_start -p "$target" || return
	echo >"$WORK/go"
	wait "$target"
	trace_wait
}

ok "an interrupt hits a program" hit_until "recursion refused" hit_system
is_incomplete "program hit" 'recursion refused: [1-9][0-9]* probe hits skipped by the kernel \(.*(grant|revoke)_page [1-9]'
like "$out" ' 0 open,' "program hit: in step at the end"

all_answered() {
	unlike "$out" 'storage refused' "$1: each look-up has its answer"
	unlike "$out" 'BUG:' "$1: no finding"
}

# --- and the look-up of a thread: is it one of those that are followed? -------

# A command is known by its control group, a process that is there already by its
# storage, whose look-up is always answered from 6.2 on only.
ok "an interrupt hits the look-up of a command" hit_command
all_answered "a command"
ok "an interrupt hits the look-up of another thread" trace_start -- sleep 600
pairs 20000 pairs_hit
trace_stop
all_answered "not the command"
if ! grep -q ' bpf_task_storage_get_recur$' /proc/kallsyms; then
	ok "an interrupt hits the look-up of a process" hit_until "storage refused" hit_process
	is_incomplete "look-up hit" \
		'storage refused: [1-9][0-9]* events of threads that may not be followed \(cpu'
else
	ok "an interrupt hits the look-up of a process" hit_process
	all_answered "a process"
fi

# --- a kernel that takes no stacks ----------------------------------------------

# The kernel refuses until the last program that took stacks is freed.
stack_depth() {
	echo "$1" >/proc/sys/kernel/perf_event_max_stack
} 2>/dev/null

usual=$(</proc/sys/kernel/perf_event_max_stack)
ok "no stacks from now on" wait_until 10 stack_depth 0
ok "starts where no stack is taken" trace_start
pairs 100
trace_stop
is_incomplete "no stacks" 'stack not captured: [1-9][0-9]* stacks missing from reports \(cpu'
is "$(granted)" 100 "no stacks: each window is counted"
ok "starts again" trace_start
bug leak-error-path
trace_stop
is "$status" 1 "no stacks: a leak is found"
like "$out" 'BUG: pkstrace: leak' "no stacks: and reported"
like "$out" 'LOST: stack not captured' "no stacks: with what it lacks"
ok "stacks again" wait_until 10 stack_depth "$usual"

done_testing
