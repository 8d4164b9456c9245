#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pkstrace stat: the same counts as the kernel's own, the same verdict as run,
# by call site, thread and cgroup, and interval by interval.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/count.sh"

CGROUP=/sys/fs/cgroup/e2e-stat

stat_start() {
	TRACE_COMMAND=stat trace_start "$@"
}

# --- counts

driver_load
ok "the second count" count_open || bail_out "no kprobe events"
ok "starts" stat_start --json --by site
count_quiet
before=$(count_now)
pairs 20000 &
pairs 10000 &
wait %2 %3
grants=$(($(count_now) - before))
trace_stop
is "$status" 0 "balanced windows: exit status 0" || diag "$out" "$err"
is "$(json 'summary["granted"]')" "$grants" "as many grants as the kernel's kprobes count"
is "$(json 'summary["closed"]')" "$grants" "and as many closed"
is "$(json 'sum(n for s in summary["sites"] for end, n in s["held"])')" "$grants" \
	"the histograms hold each window"
is "$(json 'summary["complete"]')" True "complete"
is "$(json 'sorted(function(s["granted_by"]) for s in summary["sites"])')" \
	"['nested_pair', 'nested_pair', 'pair']" "by call site: three sites"
is "$(json 'all(s["p50"] <= s["p99"] <= s["max"] for s in summary["sites"])')" True \
	"p50 <= p99 <= max"
is "$(count_missed)" 0 "the second count missed nothing"
count_close

# --- text

ok "starts" stat_start --by site
pairs 4000
trace_stop
is "$status" 0 "text: exit status 0"
is "$(granted)" 4000 "text: windows granted"
like "$out" "WINDOWS +CLOSED +RATE\(/s\) +MEAN +P50<= +P99<= +MAX +GRANTED BY" "the table's head"
like "$out" $'\n +4000 +4000 [^\n]*  \(all\)\n' "a row for all"
like "$out" $'\n +2000 +2000 [^\n]* pair\+0x' "a row for a site"
like "$out" "Hold times, pair\+0x" "a histogram"
like "$out" "no findings; complete: nothing was lost" "the verdict"

# --- verdicts, with silent twins

verdict() {
	local name=$1 case=$2 class=$3 place=$4

	stat_start --json --by site || fail "$name: starts"
	bug "$case"
	trace_stop
	is "$status" 1 "$name: exit status 1" || diag "$out" "$err"
	is "$(json 'summary["classes"]')" "{'$class': 1}" "$name: counted"
	like "$(json 'summary["repeats"][0]["in"]')" "^$place\+" "$name: in $place"
	is "$(json '[summary[k] for k in ("made", "delivered", "folded", "dropped")]')" \
		"[1, 0, 1, 0]" "$name: only counted"

	stat_start || fail "$name: starts again"
	bug "$case-ok"
	trace_stop
	is_clean "twin of $name"
}

verdict "leak" leak-error-path leak leak_error
verdict "leak of a work item" work-leak leak context_map
verdict "underflow" double-revoke underflow basic_unmap
verdict "stray access" use-after-revoke stray-access closed_write

# --- by thread and by cgroup

ok "starts by thread" stat_start --json --by thread
(echo 3000 >"$DRIVER_DIR/pairs") &
one=$!
(echo 5000 >"$DRIVER_DIR/pairs") &
two=$!
bug leak-error-path
wait $one $two
trace_stop
is "$status" 1 "by thread: exit status of a finding"
is "$(json "[s['grants'] for s in summary['sites'] if s['thread'] == 'stat.t/$one']")" "[3000]" \
	"by thread: the first"
is "$(json "[s['grants'] for s in summary['sites'] if s['thread'] == 'stat.t/$two']")" "[5000]" \
	"by thread: the second"
like "$(json 'summary["repeats"][0]["in"]')" '^stat.t/[0-9]+$' "by thread: who leaked"

mkdir "$CGROUP"
ok "starts by cgroup" stat_start --json --by cgroup
(echo $BASHPID >"$CGROUP/cgroup.procs" && pairs 6000)
pairs 1000
trace_stop
is "$status" 0 "by cgroup: exit status 0"
is "$(json "sorted((s['cgroup'], s['grants']) for s in summary['sites'])")" \
	"[('/', 1000), ('/e2e-stat', 6000)]" "by cgroup"
rmdir "$CGROUP"

# --- intervals

ok "starts with intervals" stat_start -I 50 --json
shown() {
	grep -c '"interval"' "$WORK/out"
}
more_than() {
	[[ $(shown) -gt $1 ]]
}
for _ in 1 2 3; do
	pairs 2000
	wait_until 20 more_than "$(shown)" || fail "an interval is shown"
done
trace_stop INT
is "$status" 0 "intervals: exit status 0"
cmp_num "$(json 'len([i for i in of("interval") if i["granted"]])')" -ge 3 \
	"three intervals and more have windows"
is "$(json 'sum(i["granted"] for i in of("interval"))')" 6000 "they add up to all windows"
is "$(json 'sum(i["closed"] for i in of("interval"))')" 6000 "and are all closed"
is "$(json 'all(a["at"] < b["at"] for a, b in zip(of("interval"), of("interval")[1:]))')" True \
	"one after the other"

# --- a command, a process, a time

run_stat() {
	tool stat "$@"
}

pairs 100000 &
run_stat -- bash -c "echo 700 >$DRIVER_DIR/pairs"
is "$status $(granted)" "0 700" "a command's windows only"
wait
run_stat -d 0.5
is "$status $(granted)" "0 0" "-d: ends by itself"

# --- wrong use

for wrong in "--by page" "-I 5" "-I x" "--top 0" "-p 1 -- true" "-p 4194304"; do
	# shellcheck disable=SC2086 # several words
	run_stat $wrong
	is "$status" 2 "stat $wrong: status 2"
	is "$(wc -l <<<"$err")" 1 "stat $wrong: one line"
	is "$out" "" "stat $wrong: nothing on stdout"
done
run_stat --help
is "$status" 0 "--help"

done_testing
