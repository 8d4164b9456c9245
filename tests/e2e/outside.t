#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a command's calls set off beside its threads, in work items, kernel threads,
# softirqs and interrupts, is watched with it, and marked; --only-command leaves it
# out, and says so.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

# A command that runs each of the CASEs in a process of its own.
cases() {
	printf "(echo %s >$DRIVER_DIR/run); " "$@"
}

driver_load
beside=(work-leak kthread-leak hrtimer-leak timer-leak irq-tasklet-leak work-underflow)

tool run -- bash -c "$(cases "${beside[@]}")"
is "$status" 1 "beside the command's threads: exit status 1" || diag "$out" "$err"
for end in work-end thread-exit irq-end softirq-end; do
	like "$out" "BUG: pkstrace: leak in context_map.*still open at $end" "a leak at $end is reported"
done
like "$out" "BUG: pkstrace: underflow in context_unmap" "a work item's underflow is reported"
is "$(grep -c "^Not in CMD's own threads" <<<"$out")" \
	"$(grep -cE 'BUG: pkstrace:|pkstrace: part of' <<<"$out")" "each report, and each part, is marked"
is "$(grep -c " (not in CMD's own threads)" <<<"$out")" \
	"$(grep -cE '^ +[0-9]+ +[0-9.]+ +[0-9.]+  [a-z]' <<<"$out")" "and each row of the summary"

tool run -- bash -c "$(cases "${beside[@]/%/-ok}")"
is_clean "the same, corrected"

tool run --only-command -- bash -c "$(cases leak-error-path kthread-leak)"
is "$status" 1 "--only-command: the command's own leak is found"
like "$out" 'BUG: pkstrace: leak in leak_error\+' "--only-command: and reported"
unlike "$out" "context_map|Not in CMD's own threads" \
	"--only-command: a kernel thread's leak is not of this run, and nothing is marked"
like "$out" 'nothing was lost; not watched: kernel threads, and interrupts that hit other threads' \
	"--only-command: the verdict says what was not watched"
one_line 2 "--only-command without a command" '--only-command goes with a command' \
	"$PKSTRACE" run -d 1 --only-command

# Interrupts with windows on a thread that has some too, and is not the command's. They hit
# the tracer's own programs as well, and what is refused then is a loss.
(while :; do pairs 1000 pairs_hit; done) & load=$!
tool run -- sleep 2
kill $load 2>/dev/null
wait $load 2>/dev/null
like "$out" 'pkstrace: no findings' "interrupts on another thread: nothing is found in them" ||
	diag "$out" "$err"
isnt "$(granted)" 0 "but their windows are counted"

# The thread that was hit goes on by itself.
(wait_until 60 test -e "$WORK/begun"
	echo 5000 >$DRIVER_DIR/pairs_hit
	echo 300000 >$DRIVER_DIR/pairs
	touch "$WORK/done") &
tool run -- bash -c "touch $WORK/begun; until [[ -e $WORK/done ]]; do sleep 0.1; done"
wait $!
cmp_num "$(granted)" -lt 50000 "no window of the thread that they hit is" || diag "$out" "$err"

done_testing
