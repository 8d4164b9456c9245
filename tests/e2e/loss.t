#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Findings from eight CPUs as fast as they come: each is delivered, folded or
# dropped, and which are counted, by class and by place, never depends on the
# ring. The driver's own count is the second one.
#
# vm: cpus=8 timeout=600
# vm also: kernel=preempt timeout=1200

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

LOAD=${PKS_BUILD:?}/tests/load/load
WRONG=3000	# of a writer: three findings at each of a thousand call sites
WRITES=300	# leaks, and underflows, of a writer

# Of the summary: the places of class $1, and the sum of their counts.
places() {
	printf '[r for r in summary["repeats"] if r["class"] == "%s"]' "$1"
}

repeats() {
	json "sum(r['count'] for r in $(places "$1"))"
}

# What the driver has made of a class so far.
made() {
	awk -v class="$1" '$1 == class { print $2 }' "$DRIVER_DIR/made"
}

wrong_pages() {
	at_once 8 pairs "$WRONG" wrong_pages
}

leaks_and_underflows() {
	local jobs

	at_once 4 "$LOAD" write "$WRITES" "$DRIVER_DIR/leaks" 1 &
	jobs=$!
	at_once 4 "$LOAD" write "$WRITES" "$DRIVER_DIR/underflows" 1
	wait "$jobs"
}

correct_traffic() {
	at_once 8 pairs "$WRONG" sites
}

# Runs the command line while tracing; holds what pkstrace counts against the driver's count.
count_both() {
	local name=$1 class want i
	local classes=(wrong-page leak underflow) before=()

	shift
	for class in "${classes[@]}"; do
		before+=("$(made "$class")")
	done
	"$@"
	[[ $stopped -eq 0 ]] || kill -CONT "$trace_pid"
	trace_stop
	is "$status" 1 "$name: exit status 1" || diag "$out" "$err"
	for i in "${!classes[@]}"; do
		class=${classes[i]}
		want=$(($(made "$class") - before[i]))
		is "$(json "summary['occurrences_by_class'].get('$class', 0)")" "$want" "$name: each $class is counted"
		is "$(repeats "$class")" "$want" "$name: and so it is by place"
	done
	is "$(json 'summary["made"] - summary["late_revokes"] == summary["occurrences"] == sum(summary["occurrences_by_class"].values())')" True \
		"$name: nothing else is"
	is "$(json 'summary["made"] - summary["delivered"] - summary["folded"] - summary["dropped"]')" 0 \
		"$name: made = delivered + folded + dropped"
	is "$(json '[l["count"] for l in summary["losses"] if l["reason"] == "ring full"]')" \
		"$(json '[summary["dropped"]] if summary["dropped"] else []')" "$name: what was dropped is reported as lost"
}

all_at_once() {
	wrong_pages &
	leaks_and_underflows
	wait %?wrong_pages
}

# A ring of 1 MiB is full with the first records of a third of the places; then leaks come.
fill_then_leak() {
	wrong_pages
	leaks_and_underflows
}

driver_load

stopped=0
ok "starts" trace_start --json --max-reports 0
count_both "the loader reads" all_at_once

stopped=1
ok "starts again" trace_start --json --max-reports 0
kill -STOP "$trace_pid"
count_both "the loader is stopped" fill_then_leak
cmp_num "$(json 'summary["dropped"]')" -gt 1000 "the ring was full"
is "$(json "len($(places wrong-page))")" 1000 "all thousand places are there"
cmp_num "$(json "sum(not r['reported'] for r in $(places wrong-page))")" -gt 300 \
	"many from their counts alone"
is "$(json "[(r['reported'], function(r['in'])) for r in $(places leak) + $(places underflow)]")" \
	"[(False, 'flood_map'), (False, 'flood_unmap')]" "so are the leaks and underflows"
is "$(json 'summary["complete"]')" False "and it does not call that complete"

stopped=0
ok "starts as text" trace_start --max-reports 0
"$LOAD" write 100 "$DRIVER_DIR/leaks" 1
trace_stop
like "$out" "pkstrace: of 200 findings and their parts, 8 were delivered, 192 folded \(counted only\), 0 dropped" \
	"the text says where they went"

TRACE_COMMAND=stat trace_start --json || fail "stat: attaches"
"$LOAD" write 500 "$DRIVER_DIR/leaks" 1
"$LOAD" write 500 "$DRIVER_DIR/underflows" 1
trace_stop
is "$(json '[summary["classes"], summary["delivered"], summary["folded"], summary["dropped"]]')" \
	"[{'leak': 500, 'underflow': 500}, 0, 1500, 0]" "stat counts them all, without the ring"

# --- twin

ok "starts for correct traffic" trace_start
correct_traffic
trace_stop
is_clean "correct traffic at the same places"
is "$(granted)" $((8 * WRONG)) "correct traffic: all windows counted"
unlike "$out" "were delivered" "correct traffic: no finding, delivered or not"

done_testing
