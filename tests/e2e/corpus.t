#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every case of the bug driver is reported as its table says, each corrected
# twin is silent.
#
# vm: timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

driver_load
umount "$MNT" 2>/dev/null
exits 0 "all cases right, nothing extra, nothing lost" "$PKS_TOP/tests/corpus/guest" -v
umount /mnt/corpus

cases=$(grep -Ec '  (yes|NO|-) +(yes|NO|-) ' <<<"$TAP_OUTPUT")
is "$cases" "$(wc -l <"$DRIVER_DIR/cases")" "each case has its row"
for figure in recall precision "class accuracy" "function accuracy" "stack accuracy"; do
	like "$TAP_OUTPUT" "(^|
)$figure +1\.00 \(([1-9][0-9]*) of \2\)" "$figure 1.00"
done

done_testing
