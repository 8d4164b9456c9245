#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A distribution's kernel, without the PKS patches: pkstrace says so, and that is all.
#
# vm: kernel=debian-6.1,debian-6.12 cpus=4 append="preempt=full"

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

exits 3 "run can't work" "$PKSTRACE" run -d 1
is "$(wc -l <<<"$TAP_OUTPUT")" 1 "one line"
like "$TAP_OUTPUT" '^pkstrace: this kernel has no protection windows' "says why"
exits 3 "check says that run can't work" "$PKSTRACE" check
like "$TAP_OUTPUT" 'dialect +none found' "and why"
remedy=$(sed -n '/^remedy/,/^run/p' <<<"$TAP_OUTPUT" | sed '$d')
cmp_num "$(wc -l <<<"$remedy")" -le 3 "what to do, in three lines at most"
like "$remedy" 'KMAP_TRACE.*PKS' "what to build for any CPU, and for PKS"
unlike "$TAP_OUTPUT" 'libbpf' "no noise of libbpf's"

done_testing
