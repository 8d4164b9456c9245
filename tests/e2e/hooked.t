#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Another tool's hook on the return of a grant or revoke, a kretprobe or the function graph
# tracer, hides who called it. The call sites stay apart, and nobody else is accused.
#
# vm: timeout=900 boot=own
# vm also: kernel=preempt timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

OBJECT=$PKS_BUILD/pkstrace.bpf.o
TRACING=/sys/kernel/tracing
[[ -e $TRACING/kprobe_events ]] || mount -t tracefs tracefs $TRACING
[[ -e $TRACING/kprobe_events ]] || skip_all "this kernel has no kprobe_events"

kretprobe_on() {
	echo "r:hooked_grant pgmap_set_readwrite" >"$TRACING"/kprobe_events &&
		echo "r:hooked_revoke pgmap_set_noaccess" >>"$TRACING"/kprobe_events &&
		echo 1 >"$TRACING"/events/kprobes/enable
}

kretprobe_off() {
	echo 0 >"$TRACING"/events/kprobes/enable
	: >"$TRACING"/kprobe_events
}

graph_on() {
	grep -qw function_graph "$TRACING"/available_tracers &&
		echo "pgmap_set_readwrite pgmap_set_noaccess" >"$TRACING"/set_graph_function &&
		echo "pgmap_set_readwrite pgmap_set_noaccess" >"$TRACING"/set_ftrace_filter &&
		echo function_graph >"$TRACING"/current_tracer
}

graph_off() {
	echo nop >"$TRACING"/current_tracer
	: >"$TRACING"/set_graph_function
	: >"$TRACING"/set_ftrace_filter
}

# Call sites with their grants, as the summary lists them.
sites() {
	sed -n 's/^ *\([0-9]*\) .*  \([a-z_]*+0x[0-9a-f]*\)\/.*\[pkstrace_bugs\]$/\1 \2/p' <<<"$out" | sort
}

# Four assertions: what is found, and where, is what it is without a hook.
is_as_usual() {
	is "$status" 1 "$1: a finding" || diag "$out" "$err"
	like "$out" 'BUG: pkstrace: leak in leak_error\+' "$1: the function that leaked"
	unlike "$out" 'trampoline|trace_clock|return_to_handler|LOST' "$1: no tracer's code, no loss"
	is "$(sites)" "$usual" "$1: the same call sites" || diag "$out"
}

leak_among_pairs() {
	pairs 100
	bug leak-error-path
}

driver_load
forms=("" kprobe.multi)
for PKSTRACE_ATTACH in "${forms[@]}"; do
	export PKSTRACE_ATTACH
	how=${PKSTRACE_ATTACH:-usual}

	ok "$how: starts" trace_start
	leak_among_pairs
	trace_stop
	usual=$(sites)
	cmp_num "$(wc -l <<<"$usual")" -ge 3 "$how: call sites" || diag "$out"
	for hook in kretprobe graph; do
		# --- there before ---------------------------------------------------
		${hook}_on || {
			skip 10 "optional: this kernel has no $hook"
			continue
		}
		ok "$how: starts beside a $hook" trace_start
		leak_among_pairs
		trace_stop
		is_as_usual "$how, $hook before"
		${hook}_off

		# --- comes meanwhile --------------------------------------------------
		ok "$how: starts" trace_start
		${hook}_on
		leak_among_pairs
		${hook}_off
		trace_stop
		is_as_usual "$how, $hook meanwhile"
	done
done

# A suppression of whoever else calls the function does not hide it.
unset PKSTRACE_ATTACH
printf '{\n\tinnocent\n\tleak\n\t...\n\tfun:trace_clock*\n}\n' >"$WORK/suppressions"
kretprobe_on
ok "starts with a suppression" trace_start --suppressions "$WORK/suppressions"
leak_among_pairs
trace_stop
is "$status" 1 "an innocent's suppression hides nothing" || diag "$out" "$err"

# The call site of an injection is found, too.
TRACE_COMMAND=inject ok "injects at a call site" trace_start --delay-revoke 1us --times -1 \
	--whole-system --call-site nested_pair
pairs 8
trace_stop
is "$(sed -n 's/^pkstrace: injected \([0-9]*\) times, out of \([0-9]*\) calls.*/\1 \2/p' <<<"$out")" "4 4" \
	"the calls of one function only" || diag "$out"

# Where the unwinder does not know it either: a function that is not the hooked one.
ok "starts" trace_start
"$PKS_TOP/tests/e2e/set_bss.py" "$OBJECT" callers_unknown 1 3
trace_stop
is "$status" 4 "callers that were not found: incomplete"
like "$out" 'LOST: caller not found: 3 ' "callers that were not found: counted"
kretprobe_off

done_testing
