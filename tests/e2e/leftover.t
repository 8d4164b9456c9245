#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nothing of pkstrace stays in the kernel, however it ends.
#
# vm: timeout=300

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

driver_load
before=$(objects)

ok "starts" trace_start
isnt "$(objects)" "$before" "has programs in the kernel while it runs"
trace_stop INT
ok "nothing is left after Ctrl-C" settled_at "$before"

ok "starts" trace_start
bug leak-error-path
trace_stop KILL
ok "nothing is left after kill -9" settled_at "$before"

ok "starts with a command" trace_start -- sleep 1000
child=$(pgrep -P "$trace_pid")
trace_stop KILL
kill "$child"
ok "nothing is left after kill -9 with a command" settled_at "$before"

killed_early run
ok "nothing is left after kill -9 while it starts" settled_at "$before"

done_testing
