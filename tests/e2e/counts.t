#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 100,000 balanced windows and more of parallel traffic: no finding, and the
# number of grants is what the kernel's own kprobe events count.
#
# vm: timeout=900
# vm also: cpus=4 kernel=preempt timeout=1200

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/count.sh"

PAIRS=30000

file_traffic() {
	fio --minimal --output=/dev/null --directory="$MNT" --name=e2e --size=4m --bs=4k \
		--rw=randrw --numjobs=2 --fsync=64 --ioengine=psync --verify=crc32c
}

# Four processes of the driver and the file system at the same time.
traffic() {
	local i jobs=() status=0

	for i in 1 2 3 4; do
		pairs "$PAIRS" &
		jobs+=($!)
	done
	pairs 10000 pairs_ordinary &
	jobs+=($!)
	file_traffic &
	jobs+=($!)
	for i in "${jobs[@]}"; do
		wait "$i" || status=1
	done
	return "$status"
}

driver_load
ok "the second count" count_open || bail_out "no kprobe events"

counted_run "the driver alone" pairs 5000
is "$grants" 5000 "the driver alone: as many as it made"

for fs in ext4 xfs; do
	ok "$fs with DAX on protected memory" dax_mount $fs
	counted_run $fs traffic
	cmp_num "$grants" -ge $((4 * PAIRS + 1000)) "$fs: those of the driver, and of the files"
	rm -rf "${MNT:?}"/*
	ok "unmounts $fs" umount "$MNT"
done
is "$(count_missed)" 0 "the second count missed nothing"
ok "the second count ends" count_close
ok "... and leaves no probe" test ! -d "$EVENTS"

done_testing
