#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pkstrace hunt: finds each bug behind a failure in the hunt driver's buggy
# form and nothing in the corrected one; what it shows, and what it fails.
#
# vm: timeout=1500 boot=own

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/hunt.sh"

SCORE=$PKS_TOP/tests/hunt/score

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
is "$(json 'len(of("hunt-survey")[0]["sites"]), len(of("hunt-run")), summary["found"], summary["complete"]')" \
	"(14, 14, 6, True)" "JSON: survey, runs and sum"
is "$(json 'sorted(set(f["class"] for r in of("hunt-run") for f in r["findings"]))')" \
	"['leak', 'residue', 'stray-access', 'underflow']" "JSON: the runs' findings"

# --- what is failed -----------------------------------------------------------

hunt buggy --function step_submit --kernel-faults none --errno EBUSY --errno -12
is "$(rows | cut -d'|' -f2,3 | sort | uniq -c | xargs)" "3 EBUSY|step_submit 3 ENOMEM|step_submit" \
	"--function, --errno: a run for each place and error"
hunt buggy --function step_submit --kernel-faults none --module pkstrace-hunt
is "$(rows | wc -l)" 3 "--module: the calls with one of its functions on the stack"
hunt buggy --module ext4
is "$status" 4 "--module: none has one of that module's"
like "$out" "no call around a window could be failed that has a function of --module" "and said"
hunt buggy --function step_finish --kernel-faults none --modules "${PKS_HUNT%/*}" --vmlinux "$PKS_KDIR/vmlinux"
like "$out" $'\n +1 .* path_finish\\+0x[0-9a-f/x]+ \\[pkstrace_hunt\\] \\([^ ]*\\.c:[0-9]+\\)' \
	"--modules: call sites with their source lines" || diag "$out" "$err"
hunt buggy --kernel-faults none --json
is "$(json 'sum(c["kernel_fault_injection"] for r in of("hunt-run") for c in r["calls"])')" 0 \
	"--kernel-faults=none"
hunt buggy --kernel-faults all --function step_finish --json
is "$(json 'sorted(set(c["function"] for r in of("hunt-run") for c in r["calls"]))')" \
	"['fail_page_alloc', 'fail_usercopy', 'failslab', 'step_finish']" \
	"--kernel-faults=all reaches allocations too"
is "$(json 'sum(r["outcome"] == "not reached" for r in of("hunt-run"))')" 0 "and strikes each of them"
is "$(cat /sys/kernel/debug/failslab/ignore-gfp-wait)" Y "its knobs are put back"
hunt fixed --max-runs 2
is "$status" 4 "--max-runs: incomplete" || diag "$out"
like "$out" '2 of 14 error paths walked.*INCOMPLETE: stopped after 2 runs' "and said"

done_testing
