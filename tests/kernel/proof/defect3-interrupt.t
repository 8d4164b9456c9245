#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Defect 3 of the series: a window in an interrupt that hit a window opens nothing.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

is "$(proof irq-window-in-window)" "before open 1
inside closed 1
mapped closed 2
unmapped closed 1
after open 1" "the grant adds to the count of the thread it hit"

for way in irq-work hrtimer timer bio-end irq-tasklet; do
	rearm_warning
	before=$(stray_warnings)
	ok "$way: maps and writes over a window" driver $way-hits-use
	is "$(stray_warnings)" $((before + 1)) "which is a stray access"
	ok "$way: the same, hitting no window" driver $way-hits-use-ok
	is "$(stray_warnings)" $((before + 1)) "is none"
done

done_testing
