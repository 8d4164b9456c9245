#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 20,000 threads in churn, 1,000 call sites, windows nested 64 deep, on eight
# CPUs: tables and reports stay right, and memory bounded.
#
# vm: cpus=8 mem=4096 timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

LOAD=${PKS_BUILD:?}/tests/load/load
THREADS=20000
LIVE=4000

churn() {
	"$LOAD" churn "$THREADS" 64 "$DRIVER_DIR/pairs" 3
}

sites() {
	at_once 8 pairs 3000 sites
}

# kB that the kernel's allocator for small objects holds.
slab() {
	awk '/^Slab:/ { print $2 }' /proc/meminfo
}

# Bytes of slab for each of LIVE threads that have opened windows, and live: less
# what they take anyway ($1).
per_thread() {
	local before during

	before=$(slab)
	coproc live { "$LOAD" live $LIVE "$DRIVER_DIR/pairs" 3; }
	read -r -u "${live[0]}" _
	during=$(slab)
	eval "exec ${live[1]}>&-"
	# shellcheck disable=SC2154 # set by coproc
	wait "$live_PID" 2>/dev/null
	echo $(((during - before) * 1024 / LIVE - $1))
}

driver_load

# --- threads

ok "starts" trace_start --json
ok "$THREADS threads open windows and exit" churn
trace_stop
is "$status" 0 "churn: exit status 0" || diag "$out" "$err"
is "$(json '[summary["granted"], summary["closed"], summary["open"]]')" \
	"[$((3 * THREADS)), $((3 * THREADS)), 0]" "churn: every window granted and closed"
is "$(json 'summary["losses"]')" "[]" "churn: nothing lost"

TRACE_COMMAND=stat trace_start --json --by thread || fail "stat by thread starts"
ok "again, by thread" churn
pairs 5000
trace_stop
is "$status" 0 "by thread: exit status 0" || diag "$out" "$err"
is "$(json 'summary["granted"]')" $((3 * THREADS + 5000)) "by thread: every window counted"
is "$(json 'sum(r["grants"] for r in summary["sites"])')" $((3 * THREADS + 5000)) \
	"by thread: the rows add up, with those of ended threads as one"
is "$(json 'summary["losses"]')" "[]" "by thread: nothing lost"
cmp_num "$(json 'len(summary["sites"])')" -ge 1500 "by thread: most rows are in use"
is "$(json 'sorted(set(r["grants"] for r in summary["sites"] if "thread" in r))')" "[3, 5000]" \
	"by thread: each with its own windows"

# --- call sites

ok "starts" trace_start --json
sites
trace_stop
is "$status" 0 "sites: exit status 0" || diag "$out" "$err"
is "$(json 'len(summary["sites"])')" 1000 "a thousand call sites"
is "$(json 'set((r["grants"], r["closed"]) for r in summary["sites"])')" "{(24, 24)}" \
	"each with its own windows"
is "$(json 'len(set(function(r["granted_by"]) for r in summary["sites"]))')" 1000 "and its name"
is "$(json 'summary["losses"]')" "[]" "sites: nothing lost"

ok "starts as text" trace_start
sites
pairs 9000
trace_stop
is_clean "sites as text"
is "$(grep -Ec ' (site_[0-9]+|(nested_)?pair)\+0x' <<<"$out")" 20 "the text lists twenty rows"
like "$out" $'GRANTED BY\n +4500 +4500 [^\n]* pair\+0x' "those with most windows first"
like "$out" $'\n +and 983 more call sites' "and says how many more there are"

# --- depth

ok "starts" trace_start --json
at_once 8 pairs 64 nest
trace_stop
is "$status" 0 "64 deep: exit status 0" || diag "$out" "$err"
is "$(json '[summary["granted"], summary["closed"], summary["open"], summary["losses"]]')" "[512, 512, 0, []]" \
	"64 deep: every window counted, nothing lost"

# --- memory: what threads that live and have opened windows cost each

plain=$(per_thread 0)
trace_start || fail "starts"
whole=$(per_thread "$plain")
maps=$(bpftool map list | awk '{ for (i = 1; i < NF; i++) if ($i == "memlock") sum += $(i + 1) }
	END { print int(sum / 1024) }')
trace_stop
is_clean "$LIVE threads that live"
trace_start -p $$ || fail "starts with -p"
followed=$(per_thread "$plain")
trace_stop
is_clean "$LIVE threads that live and are followed"
diag "tables: $maps KiB, whatever there is to trace; for each thread that has opened a window:" \
	"$whole bytes, followed (-p) $followed bytes; a thread has $plain bytes anyway"
cmp_num "$whole" -le 64 "no memory for each thread"
cmp_num "$followed" -le 512 "at most 512 bytes for each that is followed"
cmp_num "$maps" -le 65536 "the tables are bounded"

done_testing
