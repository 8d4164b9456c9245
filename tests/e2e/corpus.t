#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every case of the bug driver is reported as its table says, each corrected
# twin is silent; and there is a case for each class, cause and boundary that
# pkstrace knows.
#
# vm: timeout=900
# vm also: cpus=4 kernel=preempt timeout=1800

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

driver_load
umount "$MNT" 2>/dev/null
exits 0 "all cases right, nothing extra, nothing lost" "$PKS_TOP/tests/corpus/guest" -v
umount /mnt/corpus

cases=$(grep -Ec '  (yes|NO|-) +(yes|NO|-) ' <<<"$TAP_OUTPUT")
is "$cases" "$(wc -l <"$DRIVER_DIR/cases")" "each case has its row"
for figure in recall precision "class accuracy" "function accuracy" "stack accuracy" \
	blame "one finding a bug"; do
	like "$TAP_OUTPUT" "(^|
)$figure +1\.00 \(([1-9][0-9]*) of \2\)" "$figure 1.00"
done

# Names of one of the tables in user/findings/class.c.
names_of() {
	sed -n "/ $1\[\] = {/,/^};/s/.*\(\.name = \|\] = { \)\"\([a-z-]*\)\".*/\2/p" \
		"$PKS_TOP/user/findings/class.c"
}

# Those of $1, each after the prefix $2, that no case with a twin expects.
without_case() {
	local name

	for name in $(names_of "$1"); do
		awk -F '\t' -v want="$2$name" '
			$7 != "-" { n = split($2, class, ","); while (n) seen[class[n--]] }
			END { for (c in seen) if (c == want || index(c, want "/") == 1) exit 1 }' \
			"$DRIVER_DIR/cases" && echo "$name"
	done
}

# Parts of other findings: of a stray access, of a leak, of an underflow; and before.t has what
# was there before.
is_part='^(residue|late-revoke|pre-existing|poisoned-grant)$'

cmp_num "$(names_of classes | wc -l)" -ge 11 "the table of classes can be read"
is "$(without_case classes "" | grep -vE "$is_part")" "" "each class has a case, with its twin"
is "$(without_case causes stray-access/ | grep -vE "$is_part")" "" "so has each cause"
is "$(without_case boundaries leak/)" "" "and each boundary"
cmp_num "$(awk -F '\t' '$2 != "none"' "$DRIVER_DIR/cases" | wc -l)" -ge 45 "45 buggy cases, or more"

done_testing
