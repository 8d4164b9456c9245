#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nothing of pkstrace stays in the kernel, however it ends.
#
# vm: timeout=300

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

# Numbers of programs, maps and links; freed a moment after the last reference.
objects() {
	local kind

	for kind in prog map link; do
		bpftool "$kind" list | grep -c '^[0-9]*:'
	done | xargs
}

settled_at() {
	local i

	for ((i = 0; i < 100; i++)); do
		[[ $(objects) != "$1" ]] || return 0
		sleep 0.1
	done
	diag "programs, maps, links: $(objects), expected $1"
	diag "$(bpftool prog list | grep '^[0-9]*:')"
	return 1
}

driver_load
before=$(objects)

ok "starts" trace_start
isnt "$(objects)" "$before" "has programs in the kernel while it runs"
trace_stop INT
ok "nothing is left after Ctrl-C" settled_at "$before"

ok "starts" trace_start
bug leak-error-path
trace_stop KILL
ok "nothing is left after kill -9" settled_at "$before"

ok "starts with a command" trace_start -- sleep 1000
child=$(pgrep -P $trace_pid)
trace_stop KILL
kill $child
ok "nothing is left after kill -9 with a command" settled_at "$before"

"$PKSTRACE" run >"$WORK/out" 2>"$WORK/err" &
early=$!
sleep 0.3
kill -9 $early
wait $early 2>/dev/null
ok "nothing is left after kill -9 while it starts" settled_at "$before"

done_testing
