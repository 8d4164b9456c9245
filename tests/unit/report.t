#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kept sessions on the command line: what report and diff print, and how they end; the
# file against its schema. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

: "${PKSTRACE:=${PKS_BUILD:-$PKS_TOP/build}/pkstrace}"
SESSIONS=${PKS_BUILD:-$PKS_TOP/build}/tests/unit/session.t
WORK=$PKS_OUT

mkdir -p "$WORK"
rm -f "$WORK/whole"* "$WORK/few"*
ok "sessions are written" "$SESSIONS" --write "$WORK"

# Runs pkstrace with the arguments; its output is in $out, its messages in $err.
pks() {
	out=$("$PKSTRACE" "$@" 2>"$WORK/err")
	status=$?
	err=$(<"$WORK/err")
}

test_schema() {
	local name

	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || {
		skip 2 "no python3-jsonschema: run tests/setup"
		return
	}
	for name in whole few; do
		is "$(/usr/bin/python3 "$PKS_TOP/tests/lib/json_schema.py" \
			"$PKS_TOP/user/doc/session.schema.json" "$WORK/$name" 2>&1)" "" \
			"$name: each record is as the schema says"
	done
}

# What is printed as JSON: sessions, what is new between two, a machine's facts, golden files.
test_json() {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || {
		skip 1 "no python3-jsonschema: run tests/setup"
		return
	}
	"$PKSTRACE" report --json "$WORK/whole" >"$WORK/whole.json"
	"$PKSTRACE" report --json "$WORK/whole" "$WORK/few" >"$WORK/both.json"
	"$PKSTRACE" diff --json "$WORK/few" "$WORK/whole" >"$WORK/diff.json"
	"$PKSTRACE" check --json >"$WORK/check.json" 2>/dev/null
	is "$(/usr/bin/python3 "$PKS_TOP/tests/lib/json_schema.py" \
		"$PKS_TOP/user/doc/output.schema.json" "$WORK/"{whole,both,diff,check}.json \
		"$PKS_TOP/tests/unit/golden/"*.json 2>&1)" "" "JSON: each line is as the schema says"
}

test_report() {
	pks report "$WORK/few"
	is "$status" 1 "report: the status is that of the run"
	is "$err" "" "report: and nothing else is said"
	like "$out" "BUG: pkstrace: leak in drv_map" "report: has the findings"
	like "$out" "pkstrace: .* findings .*INCOMPLETE" "report: and the verdict"
	is "$("$PKSTRACE" report <"$WORK/few" 2>&1)" "$out" "report: reads standard input"
	is "$("$PKSTRACE" report - <"$WORK/few" 2>&1)" "$out" "report -: reads it, too"
	pks report --json "$WORK/few" "$WORK/whole"
	is "$status" 1 "report: of two sessions: the worst status"
	is "$(grep -c '"type":"summary"' <<<"$out")" 1 "report: of two sessions: one summary"
	like "$out" '"machines":\[\{"host":' "report: of two sessions: machines are named"
	pks report "$WORK/few" "$WORK/whole"
	like "$out" "Seen on $(uname -n) \($(uname -r)\), [0-9]+ times?" "report: in text, too"
}

test_refusals() {
	head -c 5000 "$WORK/few" >"$WORK/cut"
	pks report "$WORK/cut"
	is "$status" 2 "report: a file that ends early: status 2"
	is "$out" "" "report: ... and nothing is shown"
	is "$(wc -l <<<"$err")" 1 "report: ... but one line"
	like "$err" "cut ends early, after [0-9]+ records.*--force" "report: ... that says why"
	pks report --force "$WORK/cut"
	is "$status" 1 "report --force: findings are findings"
	like "$out" "BUG: pkstrace: leak" "report --force: shows what there is"
	head -n 1 "$WORK/few" >"$WORK/cut"
	pks report --force "$WORK/cut"
	is "$status" 4 "report --force: without findings it is incomplete"
	pks report /dev/null
	is "$status" 2 "report: an empty file: status 2"
	pks report "$PKSTRACE"
	is "$status" 2 "report: a foreign file: status 2"
	like "$err" "is no session of pkstrace" "report: ... and says so"
	pks report /nowhere
	is "$status" 2 "report: no file: status 2"
	pks report "$WORK/few" "$WORK/cut"
	is "$status" 2 "report: one bad file of two: status 2"
	pks report --format nonsense "$WORK/few"
	is "$status" 2 "report: an unknown format: status 2"
}

test_diff() {
	pks diff "$WORK/few" "$WORK/few"
	# The sessions have lost something, so "nothing new" is not certain.
	is "$status" 4 "diff: nothing new, but incomplete: status 4"
	like "$out" ", 0 new; INCOMPLETE" "diff: ... and says so"
	grep -v '"type":"finding"' "$WORK/few" >"$WORK/none"
	pks diff --force "$WORK/none" "$WORK/few"
	is "$status" 1 "diff: something new: status 1"
	like "$out" "BUG: pkstrace: leak" "diff: with its report"
	pks diff --force "$WORK/few" "$WORK/none"
	like "$out" "gone +4 -> 0 +leak in drv_map" "diff: what is gone"
	pks diff --json --force "$WORK/none" "$WORK/few"
	like "$out" '"type":"diff-finding".*"change":"new"' "diff --json: findings"
	like "$(tail -n 1 <<<"$out")" '"type":"diff-summary"' "diff --json: and a summary"
	pks diff "$WORK/few"
	is "$status" 2 "diff: one session: status 2"
	pks diff "$WORK/few" /dev/null
	is "$status" 2 "diff: a bad one: status 2"
}

# -o is refused before anything is traced, so no kernel is needed for that.
test_output() {
	ln -sf few "$WORK/link"
	pks run -o "$WORK/link" -d 1
	is "$status" 2 "run -o: a symbolic link: status 2"
	like "$err" "link is a symbolic link" "run -o: ... and says so"
	echo mine >"$WORK/notes"
	pks stat -o "$WORK/notes" -d 1
	is "$status" 2 "stat -o: another file: status 2"
	is "$(<"$WORK/notes")" mine "stat -o: ... which is left alone"
}

test_schema
test_json
test_report
test_refusals
test_diff
test_output
done_testing
