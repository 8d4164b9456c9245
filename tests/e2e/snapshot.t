#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pkstrace snapshot: who is inside a window now, with nothing attached, also
# beside another pkstrace.
#
# vm: timeout=300

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

take() {
	tool snapshot "$@"
}

threads='lines[:-1]'

asleep() {
	grep -q nanosleep "/proc/$sleeper/stack"
}

# A thread that runs cases and then sleeps in a system call.
sleeper=
sleep_after() {
	local case

	(for case; do
		echo "$case" >"$DRIVER_DIR/run"
	done && exec sleep 1000) &
	sleeper=$!
	wait_until 20 asleep && return
	diag "still not asleep: $(<"/proc/$sleeper/stack")"
	return 1
}

# All processes that ended are out of the list, too.
none_left() {
	kill "$sleeper" && wait "$sleeper" 2>/dev/null
	take
	[[ $status -eq 0 && $out =~ " 0 inside a window, 0 revoked too often, 0 with the key open" ]]
}

driver_load
before=$(objects)

take
is "$status" 0 "none: exit status 0" || diag "$out" "$err"
like "$out" '^pkstrace: [1-9][0-9]* threads: 0 inside a window' "none: a summary, no thread"
is "$err" "" "none: nothing on stderr"

sleep_after leak-error-path-ok
take
is "$status" 0 "after a closed window: none"
ok "none" none_left

sleep_after leak-error-path
take
is "$status" 1 "a leaked window: exit status 1" || diag "$out" "$err"
like "$out" "sleep/$sleeper \(tgid $sleeper\): 1 window open; PKRS 0x55555550 \(key 1: read and write\)" \
	"who, how deep, and what the register holds"
like "$out" $'\n hrtimer_nanosleep\+0x' "with its kernel stack"
like "$out" ' threads: 1 inside a window, 0 revoked' "one thread"

take --json
is "$status" 1 "JSON: exit status 1"
is "$(json 'first["tid"], first["depth"], first["state"], first["rights"]')" \
	"($sleeper, 1, 'inside', 'read and write')" "JSON: the thread"
is "$(json '"hrtimer_nanosleep" in [f["function"] for f in first["stack"]]')" True "JSON: its stack"
is "$(json 'summary["inside"], len(lines) - 1')" "(1, 1)" "JSON: the summary"
ok "none left" none_left

sleep_after leak-error-path leak-error-path leak-error-path
take --json
is "$(json 'first["depth"]')" 3 "three windows deep"
ok "none left" none_left

sleep_after double-revoke
take
is "$status" 1 "revoked too often: exit status 1"
like "$out" "sleep/$sleeper .*: revoked 1 time too often; .*\(key 1: no access\)" "who"
ok "none left" none_left

sleep_after residue
take
is "$status" 1 "key open without a window: exit status 1"
like "$out" "sleep/$sleeper .*: no window, but the key is open; PKRS 0x55555550" "who"
ok "none left" none_left

# Many records: more than one read's worth, each of them whole.
many=()
for ((i = 0; i < 100; i++)); do
	sleep_after leak-error-path && many+=("$sleeper")
done
take --json
is "$(json "sorted(t['tid'] for t in $threads)")" \
	"[$(printf '%s\n' "${many[@]}" | sort -n | paste -sd, | sed 's/,/, /g')]" "a hundred threads"
is "$(json "all(t['depth'] == 1 and t['stack'] for t in $threads)")" True "each with its stack"
kill "${many[@]:1}"
sleeper=${many[0]}
wait "${many[@]:1}" 2>/dev/null

# --- beside a run, which neither sees nor disturbs it

ok "a run starts" trace_start
take
is "$status" 1 "beside a run: the same"
like "$out" "sleep/$sleeper .*: 1 window open" "beside a run: who"
pairs 1000
trace_stop
is "$(granted)" 1000 "the run counts as ever"
is_clean "the run"
ok "none left" none_left

ok "no program is left in the kernel" settled_at "$before"

# --- wrong use

take --pid 1
is "$status" 2 "a wrong option: status 2"
is "$(wc -l <<<"$err")" 1 "one line"
take --help
is "$status" 0 "--help"

done_testing
