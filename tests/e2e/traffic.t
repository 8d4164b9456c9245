#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Real work on ext4 and xfs with DAX, mounts and namespaces that come and go: no
# finding, nothing lost, as many windows as the kernel's own kprobe events
# count. TRAFFIC_WINDOWS: how many, at least, on each file system (default 20000;
# tests/e2e/long/traffic asks for ten million).
#
# vm: timeout=900 boot=own
# vm also: cpus=4 kernel=preempt timeout=1200

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/count.sh"
. "$PKS_TOP/tests/e2e/traffic.sh"

WINDOWS=${TRAFFIC_WINDOWS:-20000}

driver_load
ok "the second count" count_open || bail_out "no kprobe events"

for fs in ext4 xfs; do
	ok "$fs with DAX on protected memory" dax_mount $fs
	counted_run "$fs" traffic_until "$WINDOWS"
	cmp_num "$grants" -ge "$WINDOWS" "$fs: it went through windows"
	diag "$fs: $grants windows in $(sed -n 's/.* protection faults in //p' <<<"$out")"
	ok "$fs: unmounts" umount "$MNT"
	counted_run "$fs, mounted and unmounted" traffic_mounts $fs
	cmp_num "$grants" -ge 100 "$fs, mounted and unmounted: it went through windows"
done
is "$(count_missed)" 0 "the second count missed nothing"
count_close

# The namespace's memory becomes another pgmap each time: not one that could be counted.
rmmod pkstrace_bugs
ok "starts for namespaces" trace_start
ok "namespaces come and go" traffic_namespaces
trace_stop
is_clean "namespaces"
cmp_num "$(granted)" -ge 100 "namespaces: they were used"

done_testing
