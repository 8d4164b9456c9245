#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The bug driver takes a protected DAX device and says clearly why it takes no
# other; it does not hold it.
#
# vm: boot=own

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

last_line() { dmesg | grep 'pkstrace_bugs: ' | tail -n 1; }

not_ok_cmd "no such device" insmod "$PKS_DRIVER" dev=/dev/no-such-device
like "$(last_line)" 'dev=/dev/no-such-device: cannot open it' "with a line that says so"

not_ok_cmd "a device without DAX" insmod "$PKS_DRIVER" dev=/dev/ram0
like "$(last_line)" 'dev=/dev/ram0: no DAX access' "with a line that says so"

# Without a device everything runs on ordinary memory, and nothing faults.
ok "no device" insmod "$PKS_DRIVER"
ok "a stray write to ordinary memory" driver stray-write
ok "a pointer that leaves its page for another one" driver leak-advanced
ok "unload" rmmod pkstrace_bugs
is "$(stray_warnings)" 0 "no access was stray"

ok "a protected device" insmod "$PKS_DRIVER" dev="$PMEM"
ok "pairs" bash -c "echo 1003 >$DRIVER_DIR/pairs"
ok "ordinary pairs" bash -c "echo 1003 >$DRIVER_DIR/pairs_ordinary"
not_ok_cmd "no number of pairs" bash -c "echo many >$DRIVER_DIR/pairs"

UNBIND=/sys/bus/nd/drivers/nd_pmem
ok "the device can go while the module is loaded" timeout 20 bash -c "echo namespace0.0 >$UNBIND/unbind"
not_ok_cmd "a case on the device that is gone" driver correct
like "$(last_line)" 'the device is gone' "with a line that says so"
ok "the device comes back" bash -c "echo namespace0.0 >$UNBIND/bind"
ok "and is used again" driver correct

done_testing
