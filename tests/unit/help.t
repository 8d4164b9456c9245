#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What --help prints, of pkstrace and of each command, to the letter: golden files.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

# argp breaks its lines by what the environment says.
unset ARGP_HELP_FMT
export COLUMNS=80 LC_ALL=C

main=$("$PKSTRACE" --help)
golden help.text "$main" "pkstrace --help"
commands=$(sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' <<<"$main")
cmp_num "$(wc -w <<<"$commands")" -ge 6 "lists the commands"
for command in $commands; do
	text=$("$PKSTRACE" "$command" --help)
	is "$?" 0 "$command --help: exit status 0"
	golden "help-$command.text" "$text" "pkstrace $command --help"
done

done_testing
