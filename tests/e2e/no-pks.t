#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The patched kernel on a CPU without PKS: pkstrace says so, and that is all.
#
# vm: cpu=max,-pks

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

exits 3 "run can't work" "$PKSTRACE" run -d 1
is "$(wc -l <<<"$TAP_OUTPUT")" 1 "one line"
like "$TAP_OUTPUT" '^pkstrace: protection is off: this CPU has no PKS' "says why"
exits 3 "nor with a command, which is not started" "$PKSTRACE" run -- touch "$WORK/started"
ok "the command was not started" test ! -e "$WORK/started"
exits 3 "nor can stat" "$PKSTRACE" stat -d 1
is "$(wc -l <<<"$TAP_OUTPUT")" 1 "one line"
exits 3 "nor a snapshot" "$PKSTRACE" snapshot
is "$(wc -l <<<"$TAP_OUTPUT")" 1 "one line"
exits 3 "check says that run can't work" "$PKSTRACE" check
like "$TAP_OUTPUT" 'CPU +has no PKS' "says why"
unlike "$TAP_OUTPUT" 'libbpf' "no noise of libbpf's"

done_testing
