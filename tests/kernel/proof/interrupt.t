#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An interrupt or NMI in a window starts closed; afterwards the window is open again.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

for way in irq-work hrtimer softirq nmi; do
	is "$(proof $way-in-window)" "before open 1
inside closed 1
after open 1" "$way in a window"
done

if [[ $(nproc) -gt 1 ]]; then
	is "$(proof ipi-in-window)" "before open 1
inside closed 1
after open 1" "call from another CPU in a window"
else
	skip 1 "needs two CPUs"
fi

for way in irq-work nmi; do
	is "$(proof $way-outside)" "before closed 0
inside closed 0
after closed 0" "$way outside a window"
done

is "$(proof irq-window-outside)" "before closed 0
inside closed 0
mapped open 1
unmapped closed 0
after closed 0" "an interrupt outside a window may have its own"

is "$(proof irq-nested-outside)" "before closed 0
inside closed 0
after-exception closed 0
after closed 0" "an exception on top of an interrupt, outside a window"

is "$(stray_warnings)" 0 "no access was stray"

done_testing
