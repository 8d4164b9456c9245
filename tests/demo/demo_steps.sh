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

# Runs cases of the bug driver, each in a process of its own, under pkstrace.
expect_cases()
{
	local want=$1

	shift
	expect "$want" "$PKSTRACE" run -- bash -c "
	for case in $*; do
		(echo \$case > $BUGS/run)
	done"
}
