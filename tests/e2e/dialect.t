#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check names the dialect that a kernel speaks; run --dialect takes any whose functions
# are there: here the protection keys below the windows, as on a kernel that has nothing
# else.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

# Traces one case of the driver by its keys.
by_key() {
	ok "$1: starts" trace_start --dialect BULKHEAD
	bug "$1"
	trace_stop
}

driver_load

exits 0 "check: run can work here" "$PKSTRACE" check
like "$TAP_OUTPUT" 'dialect +V10, outofline' "names the dialect that fits"
unlike "$TAP_OUTPUT" 'kmap-trace|BULKHEAD' "and none of which only some functions' names do"

by_key nested
is_clean "nested windows"
is "$(granted)" 1 "the key is opened once"
like "$err" 'BULKHEAD, layout keys' "says what it traces"
like "$err" 'blind: keys, no pages: no underflow' "and what it can't see"

by_key leak
is "$status" 1 "exit status 1"
like "$out" 'BUG: pkstrace: leak in basic_map\+' "a key left open: who opened it"
like "$out" 'Window on protection key 1 still open at syscall-exit of write\(\)' "which key, where"
like "$out" 'pkstrace: 1 finding \(1 leak\); complete' "and nothing else"

by_key hrtimer-leak
like "$out" 'leak in context_map\+.*still open at irq-end' "an interrupt leaves a key open"

by_key stray-write
like "$out" 'BUG: pkstrace: stray-access in stray_write_to\+' "a stray access"
like "$out" 'Write of address 0x[0-9a-f]+, page pmem0\+' "names the page"
unlike "$out" 'Cause: ' "does not guess at the cause"
like "$out" 'pkstrace: 1 finding \(1 stray-access\); complete' "and nothing else"

umount "$MNT" 2>/dev/null
exits 0 "every case: what a key can show is right, the rest is listed" \
	"$PKS_TOP/tests/corpus/guest" -v --dialect BULKHEAD
like "$TAP_OUTPUT" "$(wc -l <"$DRIVER_DIR/cases") cases .* 0 wrong; .*; [1-9][0-9]* findings not obs" \
	"none left out"
like "$TAP_OUTPUT" 'recall +1\.00 \([1-9][0-9]* of' "recall 1.00"
like "$TAP_OUTPUT" 'precision +1\.00 \([1-9][0-9]* of' "precision 1.00"
umount /mnt/corpus

done_testing
