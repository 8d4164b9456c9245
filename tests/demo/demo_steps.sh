# SPDX-License-Identifier: GPL-2.0-only
#
# For the demos inside the virtual machine: source it, with $PKSTRACE set.

BUGS=/sys/kernel/debug/pkstrace_bugs

say()
{
	printf '\n### %s\n' "$*"
}

# Runs a command, shows it, and insists on its exit status.
expect()
{
	local want=$1 got=0

	shift
	printf '$ %s\n' "${*//$PKSTRACE/pkstrace}"
	"$@" 2>&1 || got=$?
	if ((got != want)); then
		printf 'demo: exit status %d where %d was expected\n' "$got" "$want"
		exit 1
	fi
	printf '(exit status %d)\n' "$got"
}

# Runs cases of the bug driver, each in a process of its own, under pkstrace, and insists
# on that many findings and on a complete run.
expect_findings()
{
	local want=$1 out

	shift
	printf -v out '\npkstrace: %d findings \([^)]*\); complete: nothing was lost\n' "$want"
	# shellcheck disable=SC2094 # the copy is read when the run is over
	expect 1 "$PKSTRACE" run --vmlinux "$PKS_KDIR/vmlinux" --modules "${DRIVER%/*}" -- bash -c "
	for case in $*; do
		(echo \$case > $BUGS/run)
	done" | tee /tmp/findings
	[[ ${PIPESTATUS[0]} -eq 0 && $(</tmp/findings) =~ $out ]] && return
	echo "demo: not the $want findings that were expected"
	exit 1
}
