#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ext4 with DAX on protected memory keeps its data under parallel load.
#
# vm: timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

. "$PKS_TOP/tests/kernel/proof/filesystem.sh"

filesystem_proof ext4

done_testing
