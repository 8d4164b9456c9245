#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Strict mode: a stray access ends in an oops and kills the task, nothing else.
#
# vm: boot=own

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

oopses() { kernel_log | grep -c 'BUG: unable to handle page fault'; }

load_module "${PKS_PROOF:?}" dev="$PMEM"
fault_mode strict
is "$(fault_mode)" strict "strict can be set"

for way in read write; do
	before=$(oopses)
	exits 137 "a stray $way kills its task" cat "$PROOF_DIR/stray-$way"
	is "$(oopses)" $((before + 1)) "a stray $way oopses"
done
like "$(kernel_log)" "#PF: error_code\(0x0023\) - protection keys violation" "the oops names the key: write"
like "$(kernel_log)" "#PF: error_code\(0x0021\) - protection keys violation" "the oops names the key: read"
like "$(kernel_log)" "PKRS: 0x55555554" "the oops shows the rights register"
is "$(stray_warnings)" 0 "there is no warning"

is "$(proof kmap-local)" "before closed 0
mapped open 1
unmapped closed 0" "windows go on working"
ok "a correct case of the driver" driver correct

before=$(oopses)
not_ok_cmd "a stray write of the driver kills its writer" driver stray-write
is "$(oopses)" $((before + 1)) "and oopses"

fault_mode relaxed
ok "back in relaxed mode the same case ends well" driver stray-write
ok "the modules can be unloaded after that" timeout 20 rmmod pks_proof pkstrace_bugs

done_testing
