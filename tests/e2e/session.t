#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A run that is kept is shown again as it was shown first, whatever becomes of the
# driver; one that is killed is whole up to its last record; two runs of the same
# job differ in nothing.
#
# vm: timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/inject.sh"

FILE=$WORK/run.pks

# The bugs $1 while pkstrace runs with the other arguments.
traced() {
	local case

	trace_start "${@:2}" || return 1
	for case in $1; do
		bug "$case"
	done
	trace_stop
	live=$out ended=$status
}

# Written by now: a finding, which is the second record.
has_finding() { grep -q '"type":"finding"' "$FILE"; }

driver_load

# --- the same again ------------------------------------------------------------

ok "a run is kept" traced "leak stray-write underflow-poison" -o "$FILE"
is "$ended" 1 "its status is that of what was found"
is "$(stat -c %a "$FILE")" 600 "the file is private"
rmmod pkstrace_bugs
tool report "$FILE"
is "$out" "$live" "report shows what was shown, without the driver"
is "$status" 1 "and ends alike"
driver_load

# --- the same job twice -----------------------------------------------------------

for i in 1 2 3; do
	ok "the job again" traced "leak stray-write underflow-poison" -o "$WORK/again$i.pks"
	tool diff "$FILE" "$WORK/again$i.pks"
	is "$status" 0 "diff: nothing new in run $i of the same job"
done
ok "another bug" traced "leak stray-write underflow-poison wrong-page" -o "$WORK/more.pks"
tool diff "$FILE" "$WORK/more.pks"
is "$status" 1 "diff: one more bug: status 1"
like "$out" "0 findings gone, 3 still there, 1 new" "diff: ... and it is told apart"

# --- killed -----------------------------------------------------------------------

trace_start -o "$FILE" && bug leak
ok "a finding is written when it comes" wait_until 30 has_finding
kill -9 "$trace_pid"
wait "$trace_pid" 2>/dev/null
trace_pid=
tool report "$FILE"
is "$status" 2 "report: a killed run's file is not whole"
like "$err" "ends early, after [0-9]+ records" "report: ... and it says so"
tool report --force "$FILE"
is "$status" 1 "report --force: findings"
like "$out" "BUG: pkstrace: leak in" "report --force: as far as they were written"
tool report "$FILE.old"
is "$status" 1 "the session that was there before is whole"

# --- other commands, other forms -----------------------------------------------------

tool stat -o "$WORK/stat.pks" --by site -- true
tool report "$WORK/stat.pks"
like "$out" "Protection windows of true and its children" "stat is kept as stat"
ok "a run for CI" traced leak --format junit
like "$live" '<testcase classname="pkstrace" name="leak in .*<failure' "junit: from run itself"
like "$live" 'name="no underflow"/>' "junit: what did not happen passes"
tool inject --skip-revoke -o "$WORK/inject.pks" -- bash -c "$(windows 8)"
live=$out
tool report "$WORK/inject.pks"
is "$out" "$live" "inject is kept, with its injections"
tool run -o /dev/full -d 1
is "$status" 2 "run -o: a device is no file"
done_testing
