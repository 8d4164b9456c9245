#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rights belong to the thread: over switches, migration, fork.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

is "$(proof switch)" "holder rounds=1000 wrong=0
other rounds=1000 wrong=0" "two threads on one CPU, one in a window: each has its own rights"

cpus=$(nproc)
expected=
for ((cpu = 0; cpu < cpus; cpu++)); do
	expected+="cpu$cpu mapped open 1"$'\n'
done
is "$(proof migrate)" "${expected}unmapped closed 0" "a window moves with its thread from CPU to CPU"

is "$(proof fork)" "parent open 1
child open 1
child-unmapped closed 0" "a child inherits the window; its revoke is its own"

is "$(proof kthread)" "kthread closed 0" "a kernel thread starts closed"

done_testing
