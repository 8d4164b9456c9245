#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Defect 2 of the series: /proc/PID/mem on a DAX mapping faults, for it uses kmap().

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

# remote read|write: through /proc/self/mem, at a DAX mapping of our own.
remote() {
	python3 - "$1" "$MNT/file" <<'END'
import ctypes, mmap, os, sys
with open(sys.argv[2], "r+b") as f:
    m = mmap.mmap(f.fileno(), 4096)
m[0:5] = b"hello"
addr = ctypes.addressof(ctypes.c_char.from_buffer(m))
mem = os.open("/proc/self/mem", os.O_RDWR)
if sys.argv[1] == "read":
    good = os.pread(mem, 5, addr) == b"hello"
else:
    good = os.pwrite(mem, b"HELLO", addr) == 5 and m[0:5] == b"HELLO"
sys.exit(not good)
END
}

ok "ext4 with DAX" dax_mount ext4 || bail_out "$TAP_OUTPUT"
dd if=/dev/urandom of="$MNT/file" bs=4096 count=1 conv=fsync status=none
for way in read write; do
	rearm_warning
	before=$(stray_warnings)
	ok "$way through /proc/PID/mem" remote $way
	is "$(stray_warnings)" $((before + 1)) "is a stray access"
done
like "$(kernel_log)" '__access_remote_vm' "made by __access_remote_vm()"

rearm_warning
before=$(stray_warnings)
is "$(proof kmap-access)" "after open 0" "a write through kmap() has no window"
is "$(stray_warnings)" $((before + 1)) "and is a stray access"

done_testing
