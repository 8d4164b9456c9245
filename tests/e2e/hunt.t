#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pkstrace hunt: finds each bug behind a failure in the hunt driver's buggy
# form and nothing in the corrected one; how it goes on after an interrupt or a
# crash; what it refuses.
#
# vm: timeout=600 boot=own

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

HUNT_DIR=/sys/kernel/debug/pkstrace_hunt
SCORE=$PKS_TOP/tests/hunt/score
MODE_FILE=/sys/module/memremap/parameters/pks_fault_mode

# Hunts in a form of the driver: $status, $out, $err.
hunt() {
	local form=$1

	shift
	hunt_in "$@" -- dd if=/dev/zero of="$HUNT_DIR/$form" bs=512 count=1
}

hunt_in() {
	"$PKSTRACE" hunt "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
	status=$?
	out=$(<"$WORK/out")
	err=$(<"$WORK/err")
}

# Rows of the table: outcome, error, function, call site's function.
rows() {
	sed -n '/^  RUN /,/^$/s/^ *[0-9]\+  \(.\{12\}\)  .\{6\}  \([A-Z0-9]*\) *\([a-z_]*\) *\([a-z_]*\)+.*/\1|\2|\3|\4/p' \
		<<<"$out" | sed 's/ *|/|/'
}

json() {
	python3 -c "
import json, sys
records = [json.loads(line) for line in open('$WORK/out')]
runs = [r for r in records if r['type'] == 'hunt-run']
survey = [r for r in records if r['type'] == 'hunt-survey']
summary = [r for r in records if r['type'] == 'hunt-summary']
$1"
}

insmod "${PKS_HUNT:?}" dev="$PMEM" || bail_out "no hunt driver: run make modules"
e2e_after() {
	echo relaxed >"$MODE_FILE"
	e2e_cleanup
	rmmod pkstrace_hunt 2>/dev/null
}
trap e2e_after EXIT

# --- the figures ------------------------------------------------------------

before=$(objects)
hunt buggy --json
is "$status" 1 "the buggy form: exit status 1" || diag "$err"
cp "$WORK/out" "$WORK/buggy"
hunt fixed --json
is "$status" 0 "the corrected form: exit status 0, complete" || diag "$out" "$err"
cp "$WORK/out" "$WORK/fixed"
exits 0 "6 of 6 found, none false" "$SCORE" "$HUNT_DIR/paths" "$WORK/buggy" "$WORK/fixed"
like "$TAP_OUTPUT" 'hunt: 6 of 6 found, 0 false, 14 \+ 14 error paths walked' "of as many paths as there are"

hunt buggy --json --depth 2
cp "$WORK/out" "$WORK/buggy"
hunt fixed --json --depth 2
is "$status" 0 "the corrected form with two failures: exit status 0" || diag "$out" "$err"
cp "$WORK/out" "$WORK/fixed"
exits 0 "with --depth 2 the seventh, behind two failures, as well" \
	"$SCORE" "$HUNT_DIR/paths" "$WORK/buggy" "$WORK/fixed"
like "$TAP_OUTPUT" 'found   leak +path_fallback' "the one that takes two"
ok "nothing is left in the kernel" settled_at "$before"

# --- what it shows ----------------------------------------------------------

hunt buggy
like "$out" '1 +1  should_failslab +path_alloc\+0x[^<]* < buggy_write' "the survey tells calls in a window, by stack"
like "$out" '1 +0  should_failslab +path_after\+0x' "and calls after one, in the same system call"
like "$out" 'step_submit +flush_work_fn\+0x[^<]* < process_one_work' "and those of a work item"
unlike "$out" 'device_file_open\+0x' "but none from before the first window"
is "$(rows | grep '|path_alloc$')" 'leak|ENOMEM|should_failslab|path_alloc' "a row of the table: a leak"
is "$(rows | grep '|path_copy$')" 'leak|EFAULT|fail_usercopy|path_copy' "by the kernel's own fault injection"
is "$(rows | grep '|path_second$')" 'leak|NULL|step_next_page|path_second' "where a null pointer is the error"
is "$(rows | grep '|path_late$')" 'stray access|EIO|step_check|path_late' "a stray access"
is "$(rows | grep '|path_unwind$')" 'underflow|EIO|step_start|path_unwind' "an underflow"
is "$(rows | grep '|path_finish$')" 'CMD failed|EIO|step_finish|path_finish' "a failure that CMD passes on"
is "$(rows | grep '|path_in_place$')" 'clean|ENOMEM|should_failslab|path_in_place' "one that does no harm"
is "$(rows | grep '|flush_work_fn$')" 'CMD failed|EIO|step_submit|flush_work_fn' "in a work item"
is "$(grep -c '^Follows injection #1 ' <<<"$out")" "$(grep -c '^\[.*BUG: pkstrace:' <<<"$out")" \
	"each report names the failure it follows"
like "$out" 'Follows injection #1 fail_usercopy\(\) failed with -EFAULT in _copy_from_user' "also the kernel's own"
like "$out" '14 of 14 error paths walked in [0-9.]+ s, 6 of them with findings' "the sum"
is "$(grep -c 'pkstrace: run [0-9]* of 14: ' <<<"$err")" 14 "a plain line for each run where there is no terminal"
unlike "$err" $'\r' "and no bar"

script -qec "stty cols 100; $PKSTRACE hunt --max-runs 3 -- dd if=/dev/zero of=$HUNT_DIR/fixed bs=512 count=1" \
	/dev/null >"$WORK/out" </dev/null
like "$(<"$WORK/out")" $'\r''.*\[#* *\] run 1 of 14, 0 with findings: [a-z_]+ [A-Z]+ in [a-z_]+' \
	"a bar on a terminal: runs, findings, the site being failed"

hunt buggy --json
is "$(json 'print(len(survey[0]["sites"]), len(runs), summary[0]["found"], summary[0]["complete"])')" \
	"14 14 6 True" "JSON: survey, runs and sum"
is "$(json 'print(sorted(set(f["class"] for r in runs for f in r["findings"])))')" \
	"['leak', 'residue', 'stray-access', 'underflow']" "JSON: the runs' findings"

# --- what is failed -----------------------------------------------------------

hunt buggy --function step_submit --kernel-faults none --errno EBUSY --errno -12
is "$(rows | cut -d'|' -f2,3 | sort | uniq -c | xargs)" "3 EBUSY|step_submit 3 ENOMEM|step_submit" \
	"--function, --errno: a run for each place and error"
hunt buggy --kernel-faults none --json
is "$(json 'print(sum(c["kernel_fault_injection"] for r in runs for c in r["calls"]))')" 0 \
	"--kernel-faults=none"
hunt buggy --kernel-faults all --function step_finish --json
is "$(json 'print(sorted(set(c["function"] for r in runs for c in r["calls"])))')" \
	"['fail_page_alloc', 'fail_usercopy', 'failslab', 'step_finish']" \
	"--kernel-faults=all reaches allocations too"
is "$(json 'print(sum(r["outcome"] == "not reached" for r in runs))')" 0 "and strikes each of them"
is "$(cat /sys/kernel/debug/failslab/ignore-gfp-wait)" Y "its knobs are put back"
hunt buggy --max-runs 2
is "$status" 4 "--max-runs: incomplete" || diag "$out"
like "$out" '2 of 14 error paths walked.*INCOMPLETE: stopped after 2 runs' "and said"

# --- a command that hangs, that fails ------------------------------------------

cat >"$WORK/hangs" <<END
#!/bin/bash
dd if=/dev/zero of=$HUNT_DIR/fixed bs=512 count=1 && exit
sleep 1000 & sleep 1000 & setsid sleep 1000 & wait
END
chmod +x "$WORK/hangs"
hunt_in --function step_finish --kernel-faults none --timeout 3 -- "$WORK/hangs"
is "$(rows)" "CMD hung|EIO|step_finish|path_finish" "a command that hangs is ended by the timeout" || diag "$err"
is "$(pgrep -xc sleep)" 0 "with all its children"
hunt_in -- bash -c "echo >$HUNT_DIR/fixed; exit 3"
is "$status" 3 "a command that fails by itself is refused"
like "$err" 'bash fails by itself \(status 3\)' "and said"
hunt_in --keep-going --max-runs 1 -- bash -c "echo >$HUNT_DIR/fixed; exit 3"
is "$status" 4 "unless --keep-going" || diag "$err"

# --- an oops ---------------------------------------------------------------------

echo strict >"$MODE_FILE"
hunt buggy
echo relaxed >"$MODE_FILE"
is "$(rows | grep -c '^kernel oops')" 1 "a stray access in strict mode: a kernel oops" || diag "$out"
is "$(rows | grep '|path_late$')" 'kernel oops|EIO|step_check|path_late' "in that run, and it goes on"
like "$out" '14 of 14 error paths walked.* 6 of them with findings' "to the end"

# --- resuming ---------------------------------------------------------------------

state=$WORK/state
slow=(bash -c "echo >$HUNT_DIR/fixed; sleep 0.3")

# Starts a hunt of some length, as $hunter; returns in the middle of it.
hunt_slowly() {
	local i

	"$PKSTRACE" hunt --resume "$state" -- "${slow[@]}" >"$WORK/out" 2>"$WORK/err" </dev/null &
	hunter=$!
	for ((i = 0; i < 300; i++)); do
		[[ $(grep -c 'pkstrace: run ' "$WORK/err") -lt 2 ]] || return 0
		sleep 0.1
	done
}

hunt buggy --resume "$state" --max-runs 5
like "$out" '5 of 14 error paths walked' "a hunt that stops"
hunt buggy --resume "$state"
like "$out" '14 of 14 error paths walked.* 6 of them' "is resumed"
is "$(grep -c 'pkstrace: run [0-9]* of 14: ' <<<"$err")" 9 "and does not repeat what was done"
is "$(grep -c '^\[.*BUG: pkstrace: leak' <<<"$out")" 4 "reports from before are shown again"

rm "$state"
hunt_slowly
kill -INT $hunter
wait $hunter
is $? 4 "interrupted: exit status 4"
like "$(<"$WORK/out")" 'INCOMPLETE: interrupted; --resume goes on from here' "and said, with the table"
is "$(pgrep -xc sleep)" 0 "no command is left"
hunt_in --resume "$state" -- "${slow[@]}"
is "$status" 0 "resumed to its end" || diag "$out" "$err"

# kill -9 in the middle of a run, then the same as it looks after a boot.
rm "$state"
hunt_slowly
kill -9 $hunter
wait $hunter 2>/dev/null
ok "kill -9: nothing is left in the kernel" settled_at "$before"
is "$(wc -l </sys/kernel/debug/kprobes/list)" 0 "no probe either"
sed 's/"boot": *"[^"]*"/"boot":"another"/' "$state" >"$WORK/crashed"
hunt_in --resume "$state" -- "${slow[@]}"
is "$status" 0 "kill -9 of the hunt alone: the run is made again" || diag "$out" "$err"
hunt_in --resume "$WORK/crashed" -- "${slow[@]}"
is "$status" 1 "after a boot: the run is taken for the cause" || diag "$out" "$err"
is "$(rows | grep -c '^kernel oops')" 1 "as a kernel oops"

# --- refused -----------------------------------------------------------------------

one_line() {
	exits "$1" "$2" "${@:4}"
	is "$(wc -l <<<"$TAP_OUTPUT")" 1 "$2: one line"
	like "$TAP_OUTPUT" "$3" "$2: says what is wrong"
}

one_line 2 "no command" "no command to hunt in" "$PKSTRACE" hunt
one_line 2 "a depth of three" "'3'" "$PKSTRACE" hunt --depth 3 -- true
one_line 2 "an errno that is none" "'EBOGUS'" "$PKSTRACE" hunt --errno EBOGUS -- true
one_line 3 "a function that may not fail" "lacks the mark ALLOW_ERROR_INJECTION\(vfs_read" \
	"$PKSTRACE" hunt --function vfs_read -- true
echo '{"pkstrace_hunt": 1, "comm' >"$WORK/damaged"
one_line 2 "a damaged state" "can't read '$WORK/damaged'" "$PKSTRACE" hunt --resume "$WORK/damaged" -- true
one_line 2 "another hunt's state" "another command's hunt" "$PKSTRACE" hunt --resume "$state" -- true
hunt_in -- /nonexistent/command
is "$status" 2 "a command that does not exist"
like "$err" "can't run '/nonexistent/command': No such file" "named with the reason"
TRACE_COMMAND=inject
ok "an injector is at work" trace_start --skip-revoke --comm nobody-at-all
one_line 3 "a second injector" "another pkstrace injects already" "$PKSTRACE" hunt -- true
trace_stop

done_testing
