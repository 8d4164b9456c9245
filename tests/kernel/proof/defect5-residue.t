#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Defect 5 of the series: after a relaxed fault the thread stays open with no window.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

is "$(proof stray-write)" "before closed 0
after open 0" "open at count 0 after a stray write"

is "$(proof relaxed)" "after-stray open 0
after-second open 0
mapped open 1
unmapped closed 0
after-third open 0
end closed 0" "until its next balanced window, and again after the next stray write"

rearm_warning
before=$(stray_warnings)
ok "a thread writes astray twice" driver residue-hides
is "$(stray_warnings)" $((before + 1)) "the first write is seen"
rearm_warning
ok "two stray writes with a window between" driver residue-healed
is "$(stray_warnings)" $((before + 2)) "another thread is not open"

done_testing
