#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Defect 4 of the series: an exception in an interrupt in a window drops the protection.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

# Its exit writes the thread's rights, not those that the interrupt had.
is "$(proof irq-nested-in-window)" "before open 1
inside closed 1
after-exception open 1
after open 1" "the interrupt goes on with the protection dropped"

is "$(proof irq-nested-outside)" "before closed 0
inside closed 0
after-exception closed 0
after closed 0" "without a window there is nothing to drop to"

done_testing
