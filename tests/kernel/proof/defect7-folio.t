#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Defect 7 of the series: kmap_local_folio() and an inverted assertion.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

is "$(proof folio)" "mapped closed 0
unmapped closed -1" "kmap_local_folio() does not grant, its unmap revokes"

ok "a driver that maps a folio" driver folio-window
is "$(stray_warnings)" 1 "its access is stray"

# lockdep_assert_in_irq() in every grant of a protected page, though most are in
# threads, is what the series has; lockdep.patch takes it out of kernels that would
# warn of each window. There none may warn.
if [[ -e /proc/lockdep ]]; then
	rearm_warning
	proof kmap-local >/dev/null
	unlike "$(kernel_log)" 'WARNING: .*pgmap_check_pgmap_prot' \
		"lockdep has no objection to a correct window"
else
	skip 1 "optional: this kernel has no lockdep"
fi

done_testing
