#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Relaxed mode: one warning, the access goes on, and the thread stays open until its next balanced window.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

is "$(fault_mode)" relaxed "relaxed is the default"

is "$(proof stray-write)" "before closed 0
after open 0" "a stray write goes on and opens the thread"
is "$(stray_warnings)" 1 "the kernel warns"

is "$(proof stray-read)" "before closed 0
after open 0" "so does a stray read, in another thread"

is "$(proof relaxed)" "after-stray open 0
after-second open 0
mapped open 1
unmapped closed 0
after-third open 0
end closed 0" "open until the next balanced window, then closed again"

is "$(stray_warnings)" 1 "the kernel warned once only"

not_ok_cmd "an unknown fault mode is refused" fault_mode no-such-mode
is "$(fault_mode)" relaxed "and changes nothing"

done_testing
