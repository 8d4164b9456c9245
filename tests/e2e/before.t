#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What was there before the trace is not of this run: it is told in a section of its own,
# is no finding at any boundary, and changes the exit status on request alone. Who was just
# using a window when the trace began is not in it.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

# A process that CASE has left in its state, which it goes on with at each line, and ends with
# at one that says so: others have the pipe open as long as they live.
keep() {
	local fifo=$WORK/fifo.${#kept[@]}

	mkfifo "$fifo"
	bash -c "echo $1 >$DRIVER_DIR/run; while read -r word && [[ \$word != end ]]; do $2; done" \
		<"$fifo" >/dev/null &
	kept+=($!)
	exec {line}>"$fifo"
	lines+=("$line")
	wait_until 60 in_state "$!" || bail_out "$1 left nothing"
}

in_state() {
	grep -q "^[^ ]*/$1 " <<<"$("$PKSTRACE" snapshot)"
}

kept=() lines=()
driver_load
is "$("$PKSTRACE" snapshot >/dev/null; echo $?)" 0 "nothing is there to begin with"
keep leak-error-path ":; (:)"
keep revoke-ungranted ":"
# In a window for longer than it takes to attach, and then it closes it.
(echo 40000 >"$DRIVER_DIR/hold") & holder=$!
wait_until 60 in_state $holder || diag "no holder"

ok "starts" trace_start
like "$(<"$WORK/err")" '3 threads were inside a window, revoked too often or with the key open before the trace' \
	"what was there is told when it starts"
for line in "${lines[@]}"; do
	echo >&"$line"
done
kill -USR1 $holder 2>/dev/null
wait $holder 2>/dev/null
for line in "${lines[@]}"; do
	echo end >&"$line"
	exec {line}>&-
done
wait "${kept[@]}"
trace_stop
is "$status" 0 "exit status 0" || diag "$out" "$err"
like "$out" 'no findings; complete' "no system call, fork or exit of such a thread is a finding"
like "$out" 'Before the trace, and still at its end' "there is a section of them"
like "$out" "bash/${kept[0]} \(tgid ${kept[0]}\): 1 window open" "the one that leaked is there"
like "$out" "bash/${kept[1]} \(tgid ${kept[1]}\): revoked 1 time too often" "and the over-revoked"
unlike "$out" "/$holder " "but not the one that has closed its window"

keep leak-error-path ":"
tool run -d 1 --pre-existing
is "$status" 1 "--pre-existing: exit status 1" || diag "$out" "$err"
like "$out" 'BUG: pkstrace: pre-existing in .*1 window open before the trace began' \
	"--pre-existing: a finding"
like "$out" 'pkstrace: 1 finding \(1 pre-existing\)' "--pre-existing: and no other"

tool run -d 1 -- true
is "$status" 0 "another process' state is not a command's" || diag "$out"
unlike "$out" 'Before the trace' "nor told"
kill "${kept[2]}"
wait "${kept[2]}" 2>/dev/null

done_testing
