#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Grants and revokes change the rights register, and nest as a count.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

is "$(proof kmap-local)" "before closed 0
mapped open 1
unmapped closed 0" "kmap_local_page() opens, kunmap_local() closes"

is "$(proof kmap-atomic)" "mapped open 1
unmapped closed 0" "kmap_atomic() opens, kunmap_atomic() closes"

is "$(proof dax)" "opened open 1
closed closed 0" "dax_set_readwrite() opens, dax_set_noaccess() closes"

is "$(proof pgmap)" "opened open 1
closed closed 0" "__pgmap_set_readwrite() opens, __pgmap_set_noaccess() closes"

is "$(proof ordinary)" "mapped closed 0
unmapped closed 0" "an ordinary page opens nothing"

is "$(proof kmap)" "mapped closed 0
unmapped closed 0" "kmap() opens nothing"

is "$(proof nesting)" "kmap open 1
dax open 2
kmap-2 open 3
pgmap open 4
unkmap open 3
unpgmap open 2
unkmap-2 open 1
undax closed 0" "windows of all kinds nest; the last revoke closes"

is "$(proof access)" "read back yes" "a window lets the thread write and read"

is "$(proof wrong-revoke)" "ordinary-unmapped open 1
unmapped closed 0" "a revoke of an address outside the pgmap revokes nothing"

is "$(proof underflow)" "unmapped-twice closed -1
mapped closed 0
unmapped closed -1" "one revoke too many: the next grant opens nothing"

is "$(stray_warnings)" 0 "no access was stray"

done_testing
