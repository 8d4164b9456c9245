# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # $out is e2e.sh's
#
# For the tests of pkstrace hunt: source it after e2e.sh. Loads the hunt driver.
#
#	hunt FORM ARGS...	`pkstrace hunt ARGS` in a form of the driver, buggy or
#				fixed: $status, $out, $err
#	hunt_in ARGS... -- CMD	the same in another command
#	rows			of the table in $out: OUTCOME|ERROR|FUNCTION|CALLER

HUNT_DIR=/sys/kernel/debug/pkstrace_hunt
MODE_FILE=/sys/module/memremap/parameters/pks_fault_mode

hunt() {
	local form=$1

	shift
	hunt_in "$@" -- dd if=/dev/zero of="$HUNT_DIR/$form" bs=512 count=1
}

hunt_in() {
	tool hunt "$@"
}

rows() {
	sed -n '/^  RUN /,/^$/s/^ *[0-9]\+  \(.\{12\}\)  .\{6\}  \([A-Z0-9]*\) *\([a-z_]*\) *\([a-z_]*\)+.*/\1|\2|\3|\4/p' \
		<<<"$out" | sed 's/ *|/|/'
}

insmod "${PKS_HUNT:?}" dev="$PMEM" || bail_out "no hunt driver: run make modules"
e2e_after() {
	echo relaxed >"$MODE_FILE"
	e2e_cleanup
	rmmod pkstrace_hunt 2>/dev/null
}
trap e2e_after EXIT

