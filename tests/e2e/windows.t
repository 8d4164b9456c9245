#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A log of windows: each that has ended is in it once, with what it was, or is counted
# as dropped.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/count.sh"

FILE=$WORK/run.pks

driver_load

# --- each of them, nested ones too

ok "starts" trace_start --windows-log -o "$FILE" --json
pairs 3000 &
pairs 2000 &
wait %2 %3
trace_stop
is "$status" 0 "balanced windows: exit status 0" || diag "$out" "$err"
is "$(json 'summary["closed"]')" 5000 "all are closed"
is "$(json 'summary["windows_logged"] + summary["windows_dropped"]')" 5000 \
	"logged and dropped are all"
is "$(json 'len(of("window")) == summary["windows_logged"] > 0')" True "those logged are there"
is "$(json 'sum(w["revoked"] - w["granted"] for w in of("window")) ==
	sum(s["total"] for s in summary["sites"]) or summary["windows_dropped"]')" True \
	"their times are those of the call sites"
is "$(json 'sorted({(function(w["granted_by"]), w["depth"]) for w in of("window")})')" \
	"[('nested_pair', 1), ('nested_pair', 2), ('pair', 1)]" "where, and how deep"
is "$(json 'len({w["thread"]["tid"] for w in of("window")})')" 2 "of two threads"
is "$(json '{w["thread"]["context"] for w in of("window")}')" "{'task'}" "in task context"

# --- the session has the same

live=$(json '[(w["granted"], w["revoked"], w["thread"]["tid"], w["depth"], w["page"],
	w["granted_by"], w["revoked_by"]) for w in of("window")]')
tool report --json "$FILE"
is "$(json '[(w["granted"], w["revoked"], w["thread"]["tid"], w["depth"], w["page"],
	w["granted_by"], w["revoked_by"]) for w in of("window")]')" "$live" "report: the same windows"

# --- more than can be kept

# While the reader is stopped the ring fills up.
ok "starts" trace_start --windows-log -o "$FILE"
kill -STOP "$trace_pid"
pairs 100000
kill -CONT "$trace_pid"
trace_stop
is "$status" 0 "a full ring: exit status 0" || diag "$out" "$err"
tool report --json "$FILE"
windows=$(grep -c '"type":"window"' <<<"$out")
out=${out##*$'\n'} # the summary: the others are too many to be read again and again
is "$(json 'summary["closed"]')" 100000 "a full ring: all are counted"
is "$(json 'summary["windows_dropped"] > 0')" True "a full ring: some are dropped"
is "$(json 'summary["windows_logged"] + summary["windows_dropped"]')" 100000 \
	"a full ring: logged and dropped are all"
is "$(json 'summary["windows_logged"]')" "$windows" "a full ring: the others are there"

# --- without it

tool run -d 0.1 -o "$FILE"
tool report --json "$FILE"
is "$(json 'len(of("window")), summary["windows_logged"]')" "(0, 0)" "unless asked for there are none"
tool run --windows-log -d 0.1
is "$status" 2 "nothing keeps them: status 2"

done_testing
