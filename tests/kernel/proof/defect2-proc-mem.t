#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Defect 2 of the series: /proc/PID/mem on a DAX mapping faults where it uses
# kmap(), as in Linux 6.1. That of 6.12 uses kmap_local_page(): nothing is stray.

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
case $(uname -r) in
6.1.*) strays=1 ;;
*) strays=0 ;;
esac
for way in read write; do
	rearm_warning
	before=$(stray_warnings)
	count_start "$KMAP_GRANT" "$KMAP_REVOKE"
	ok "$way through /proc/PID/mem" remote $way
	read -r grants _ < <(count_stop)
	is "$(stray_warnings)" $((before + strays)) "makes $strays stray accesses"
	[[ $strays -eq 1 ]] ||
		cmp_num "$grants" -ge 1 "for it maps the page with kmap_local_page()"
done
[[ $strays -eq 0 ]] ||
	like "$(kernel_log)" '__access_remote_vm' "made by __access_remote_vm()"

rearm_warning
before=$(stray_warnings)
is "$(proof kmap-access)" "after open 0" "a write through kmap() has no window"
is "$(stray_warnings)" $((before + 1)) "and is a stray access"

done_testing
