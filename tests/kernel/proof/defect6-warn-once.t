#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Defect 6 of the series: the kernel warns of the first stray access only.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

for i in 1 2 3; do
	ok "stray write $i of three threads" driver stray-write
done
is "$(stray_warnings)" 1 "one warning for the three"

rearm_warning
ok "a stray write after clear_warn_once" driver stray-write
is "$(stray_warnings)" 2 "warns again"

done_testing
