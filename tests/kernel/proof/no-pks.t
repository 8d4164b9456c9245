#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel under test on a CPU without PKS: nothing is protected, all works.
#
# vm: cpu=max,-pks

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

not_ok_cmd "the CPU has no PKS" grep -qw pks /proc/cpuinfo

not_ok_cmd "the bug driver does not take the device" insmod "$PKS_DRIVER" dev="$PMEM"
like "$(dmesg | tail -n 1)" "dev=$PMEM is not protected" "with a line that says so"

run_all_cases() {
	local name rest failed=0

	while IFS=$'\t' read -r name rest; do
		[[ $name != leak-advanced* && $name != victim-* ]] || continue
		(echo "$name" >"$DRIVER_DIR/run") || failed=$((failed + 1))
	done <"$DRIVER_DIR/cases"
	[[ $failed -eq 0 ]]
}

ok "it runs on ordinary memory" insmod "$PKS_DRIVER"
ok "every case" run_all_cases
is "$(stray_warnings)" 0 "nothing is stray without protection"

ok "ext4 with DAX" dax_mount ext4 || bail_out "$TAP_OUTPUT"
dd if=/dev/urandom of="$MNT/file" bs=64k count=16 conv=fsync status=none
sum=$(sha256sum "$MNT/file")
ok "umount" umount "$MNT"
ok "mount again" mount -o dax=always "$PMEM" "$MNT"
is "$(sha256sum "$MNT/file")" "$sum" "the file is intact"

done_testing
