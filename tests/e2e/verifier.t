#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How many instructions the verifier goes through for each program, on each kernel: no more than
# a tenth above what verifier-counts says. A rise that is meant, and a new program, go into that
# file: the rows are in the test's output.
#
# vm: kernel=outofline,preempt timeout=300

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

PROGS=${PKS_BUILD:-$PKS_TOP/build}/tests/load/progs
KNOWN=$PKS_TOP/tests/e2e/verifier-counts
kernel=${PKS_KDIR##*/}
kernel=${kernel%-*}	# the variant, without the number of its build

[[ -x $PROGS ]] || bail_out "no $PROGS: run make unit"

# "PROGRAM COUNT KNOWN" for each of a command that is not known or goes through too many.
risen() {
	awk -v kernel="$kernel" -v command="$1" '
		NR == FNR { if ($1 == kernel && $2 == command) known[$3] = $4; next }
		!($1 in known) || $2 > known[$1] * 1.1 { print $1, $2, known[$1] }' "$KNOWN" -
}

for TRACE_COMMAND in run stat; do
	ok "$TRACE_COMMAND starts" trace_start
	# What two links hold is one; of two with one name, cut to 15 characters, the longer.
	counts=$("$PROGS" "$trace_pid" | sort -k 1,1 -k 2,2nr | sort -u -k 1,1)
	trace_stop
	cmp_num "$(wc -l <<<"$counts")" -gt 10 "$TRACE_COMMAND: programs are counted"
	is "$(risen "$TRACE_COMMAND" <<<"$counts")" "" \
		"$TRACE_COMMAND: the verifier goes through no more than it did" ||
		diag "$(awk -v before="$kernel $TRACE_COMMAND" '{ print before, $0 }' <<<"$counts")"
	isnt "$(awk '{ print $1, int($2 * 1.2) + 10 }' <<<"$counts" | risen "$TRACE_COMMAND")" "" \
		"$TRACE_COMMAND: more would be told"
done

done_testing
