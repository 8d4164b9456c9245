# SPDX-License-Identifier: GPL-2.0-only
#
# For the tests of pkstrace hunt: source it after e2e.sh. Loads the hunt driver.
#
#	hunt FORM ARGS...	`pkstrace hunt ARGS` in a form of the driver, buggy or
#				fixed: $status, $out, $err
#	hunt_in ARGS... -- CMD	the same in another command
#	rows			of the table in $out: OUTCOME|ERROR|FUNCTION|CALLER
#	json CODE		runs python's CODE on the output of --json: survey, runs
#				and summary are lists of its objects

HUNT_DIR=/sys/kernel/debug/pkstrace_hunt
MODE_FILE=/sys/module/memremap/parameters/pks_fault_mode

hunt() {
	local form=$1

	shift
	hunt_in "$@" -- dd if=/dev/zero of="$HUNT_DIR/$form" bs=512 count=1
}

hunt_in() {
	"$PKSTRACE" hunt "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
	status=$?
	out=$(<"$WORK/out")
	err=$(<"$WORK/err")
}

rows() {
	sed -n '/^  RUN /,/^$/s/^ *[0-9]\+  \(.\{12\}\)  .\{6\}  \([A-Z0-9]*\) *\([a-z_]*\) *\([a-z_]*\)+.*/\1|\2|\3|\4/p' \
		<<<"$out" | sed 's/ *|/|/'
}

json() {
	python3 -c "
import json, sys
records = [json.loads(line) for line in open('$WORK/out')]
runs = [r for r in records if r['type'] == 'hunt-run']
survey = [r for r in records if r['type'] == 'hunt-survey']
summary = [r for r in records if r['type'] == 'hunt-summary']
$1"
}

insmod "${PKS_HUNT:?}" dev="$PMEM" || bail_out "no hunt driver: run make modules"
e2e_after() {
	echo relaxed >"$MODE_FILE"
	e2e_cleanup
	rmmod pkstrace_hunt 2>/dev/null
}
trap e2e_after EXIT

