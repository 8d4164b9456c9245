#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A page fault in a window starts closed; afterwards the window is open again.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

is "$(proof fault-in-window)" "before open 1
inside closed 1
after open 1
unmapped closed 0" "copy_from_user() from a page that a driver has to provide"

is "$(proof fixup-in-window)" "user left=1
after-user open 1
kernel refused=1
after-kernel open 1
unmapped closed 0" "accesses to nothing, ended by the kernel's fixup"

is "$(stray_warnings)" 0 "no access was stray"

done_testing
