#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where a program can't read the caller's address off the trampoline's frame, the
# unwinder tells it: the same call sites, and the same functions in reports. No
# kernel is known where that is so; a run knows that its own is one.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

OBJECT=$PKS_BUILD/pkstrace.bpf.o

# caller_offset[] of bpf/prog/trace.bpf.c: CALLER_UNKNOWN for each form.
forget_frames() {
	"$PKS_TOP/tests/e2e/set_bss.py" "$OBJECT" caller_offset 8 128
}

# Call sites with their grants, as the summary lists them.
sites() {
	sed -n 's/^ *\([0-9]*\) .*  \([a-z_]*+0x[0-9a-f]*\)\/.*\[pkstrace_bugs\]$/\1 \2/p' <<<"$out" | sort
}

driver_load

ok "starts" trace_start
pairs 1000
trace_stop
is_clean "by the trampoline's frame"
usual=$(sites)
cmp_num "$(wc -l <<<"$usual")" -ge 3 "by the trampoline's frame: call sites" || diag "$out"

ok "starts again" trace_start
ok "its programs can't read the frame" forget_frames
pairs 1000
bug leak-error-path
bug underflow-poison
trace_stop
is "$status" 1 "by the unwinder: findings"
is "$(sites | grep "pair+")" "$usual" "by the unwinder: the same call sites" ||
	diag "$out"
like "$out" 'BUG: pkstrace: leak in leak_error\+' "by the unwinder: who lost a window"
like "$out" 'BUG: pkstrace: underflow in culprit_unmap\+' "by the unwinder: who revoked once too often"

TRACE_COMMAND=inject ok "injects at a call site" trace_start --delay-revoke 1us --times -1 \
	--whole-system --call-site nested_pair
ok "its programs can't read the frame either" forget_frames
pairs 8
trace_stop
is "$(sed -n 's/^pkstrace: injected \([0-9]*\) times, out of \([0-9]*\) calls.*/\1 \2/p' <<<"$out")" "4 4" \
	"the calls of one function only" || diag "$out"

done_testing
