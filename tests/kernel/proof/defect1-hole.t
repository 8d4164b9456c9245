#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Defect 1 of the series: read(2) into a hole of a mapped DAX file faults.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

# The page fault comes inside the window of the read; the file system fills
# the hole in a second window inside that exception, which opens nothing.
read_into_hole() {
	python3 - "$MNT/data" "$MNT/hole" <<'END'
import mmap, os, sys
size = 65536
with open(sys.argv[1], "wb") as f:
    f.write(os.urandom(size))
    os.fsync(f.fileno())
with open(sys.argv[2], "w+b") as f:
    os.ftruncate(f.fileno(), size)
    m = mmap.mmap(f.fileno(), size)
    source = os.open(sys.argv[1], os.O_RDONLY)
    done = os.readv(source, [m])
    m.flush()
sys.exit(done != size)
END
}

ok "ext4 with DAX" dax_mount ext4 || bail_out "$TAP_OUTPUT"
is "$(stray_warnings)" 0 "nothing was stray until here"
ok "read(2) into the hole" read_into_hole
is "$(stray_warnings)" 1 "a stray access that no caller made"
trace=$(kernel_log)
like "$trace" 'dax_iomap_rw' "inside the window of the read"
like "$trace" 'pmem_do_write|pmem_submit_bio' "in the driver that fills the hole"
ok "the data is right all the same" cmp "$MNT/data" "$MNT/hole"

is "$(proof fault-window-in-window)" "before open 1
inside closed 1
inside-mapped closed 2
inside-unmapped closed 1
after open 1
unmapped closed 0" "a window inside an exception inside a window opens nothing"

done_testing
