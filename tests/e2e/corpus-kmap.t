#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel without PKS whose kmaps are traced, on a CPU without PKS: every case
# of the bug driver that this view can show is reported as its table says, each
# other one is listed as not observable, and real traffic is clean.
#
# vm: kernel=kmap-trace cpu=max,-pks timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

exits 0 "check: run can work here" "$PKSTRACE" check
like "$TAP_OUTPUT" 'dialect +kmap-trace, every page' "names the dialect"
like "$TAP_OUTPUT" 'blind +no PKS here: no stray-access' "and what it can't see"

ok "traffic: starts" trace_start
like "$(<"$WORK/err")" 'kmap-trace, every page, no PKS; tracing the whole system' \
	"says what it is attached to"
ok "ext4 through the page cache" mkfs.ext4 -q -F "$PMEM"
mkdir -p "$MNT"
ok "mounts it" mount "$PMEM" "$MNT"
ok "fio" fio --minimal --output=/dev/null --directory="$MNT" --name=kmap --size=4m --bs=4k \
	--rw=randrw --numjobs=2 --fsync=64 --ioengine=psync --verify=crc32c
ok "unmounts it" umount "$MNT"
trace_stop
is_clean "traffic"
cmp_num "$(granted)" -gt 1000 "saw it"

exits 0 "all cases right, nothing extra, nothing lost" "$PKS_TOP/tests/corpus/guest" -v
umount /mnt/corpus
cases=$(grep -Ec '  (yes|NO|-) +(yes|NO|-) ' <<<"$TAP_OUTPUT")
is "$cases" "$(wc -l <"$DRIVER_DIR/cases")" "each case has its row"
like "$TAP_OUTPUT" '; [1-9][0-9]* findings not observable' "what it can't show is listed"
unlike "$TAP_OUTPUT" 'stray-write  [^(]*
' "a stray write is never called clean"

# Two tracers at a time, and one that dies: the count is the kernel's own.
ok "starts" trace_start
"$PKSTRACE" run -d 1 >/dev/null 2>&1
bug leak-error-path
trace_stop KILL
ok "starts after a kill" trace_start
bug leak-error-path
trace_stop
like "$out" 'BUG: pkstrace: leak in leak_error\+' "finds a leak all the same"
like "$out" 'pkstrace: 1 finding \(1 leak\); complete' "and nothing else"

done_testing
