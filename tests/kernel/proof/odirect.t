#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# O_DIRECT between a DAX mapping and a RAM disk: a driver kmaps protected pages.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

mkdir -p "$PKS_OUT"
size=$((4 * 1024 * 1024))

# direct write|read: between the mapping of $MNT/file and /dev/ram0.
direct() {
	python3 - "$1" "$MNT/file" "$size" <<'END'
import mmap, os, sys
way, path, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(path, "r+b") as f:
    m = mmap.mmap(f.fileno(), size)
disk = os.open("/dev/ram0", os.O_RDWR | os.O_DIRECT)
done = os.writev(disk, [m]) if way == "write" else os.readv(disk, [m])
m.flush()
sys.exit(done != size)
END
}

sum_of() { head -c "$size" "$1" | sha256sum; }

ok "ext4 with DAX" dax_mount ext4 || bail_out "$TAP_OUTPUT"
dd if=/dev/urandom of="$MNT/file" bs=64k count=$((size / 65536)) conv=fsync status=none

# kmap_local_folio() revokes with no grant (defect 7), so that other users of
# these functions do not balance.
count_start "$KMAP_GRANT" "$KMAP_REVOKE"
ok "write from the mapping to the RAM disk" direct write
read -r grants revokes < <(count_stop)
cmp_num "$grants" -ge $((size / 4096)) "the RAM disk's driver maps every page"
cmp_num "$revokes" -ge $((size / 4096)) "and unmaps it"
is "$(sum_of /dev/ram0)" "$(sum_of "$MNT/file")" "the data is the same"

dd if=/dev/urandom of=/dev/ram0 bs=64k count=$((size / 65536)) conv=fsync status=none
# The file has all its blocks: no page is filled in by the fault (defect 1).
ok "read from the RAM disk into the mapping" direct read
is "$(sum_of "$MNT/file")" "$(sum_of /dev/ram0)" "the data is the same"

is "$(stray_warnings)" 0 "no access was stray"

done_testing
