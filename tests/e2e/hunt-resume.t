#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pkstrace hunt where it does not go smoothly: a command that hangs, a kernel
# that oopses, an interrupt, a crash, bad input.
#
# vm: timeout=1500 boot=own

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/hunt.sh"

before=$(objects)

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
like "$err" 'bash fails on its own \(status 3\)' "and said"
hunt_in --keep-going --max-runs 1 -- bash -c "echo >$HUNT_DIR/fixed; exit 3"
is "$status" 4 "unless --keep-going" || diag "$err"

# --- an oops ---------------------------------------------------------------------

echo strict >"$MODE_FILE"
hunt buggy
echo relaxed >"$MODE_FILE"
is "$(rows | grep -c '^kernel oops')" 1 "a stray access in strict mode: a kernel oops" || diag "$out"
is "$(rows | grep '|path_late$')" 'kernel oops|EIO|step_check|path_late' "in that run, and it goes on"
like "$out" '14 of 14 error paths walked.* 6 of them with findings' "to the end"
like "$out" $'The kernel oopsed in this run. Its log:\n    BUG: .*\n    RIP: .*path_late.*\n    ---\\[ end trace .*\nReboot before' \
	"with what the kernel logged of it" || diag "$out"
like "$out" $'\nFindings:\n RUNS  FIRST  CLASS AND PLACE\n.*stray-access/[a-z-]* in path_late' \
	"each place is listed once at the end"

# Each run breaks what the next one needs, so that none comes to its call.
cat >"$WORK/breaks" <<END
#!/bin/bash
[[ ! -e $WORK/broken ]] || exit 1
[[ -e $WORK/survey ]] && touch $WORK/broken
touch $WORK/survey
dd if=/dev/zero of=$HUNT_DIR/fixed bs=512 count=1
END
chmod +x "$WORK/breaks"
hunt_in -- "$WORK/breaks"
is "$status" 4 "CMD fails before its call, run after run: incomplete"
like "$out" 'INCOMPLETE: stopped after run 9: in 8 runs .* failed before it came to its call' \
	"and why" || diag "$out"
is "$(rows | grep -c '^not reached')" 8 "the rows say that the call was not reached" || diag "$out"

# --- resuming ---------------------------------------------------------------------

state=$WORK/state
slow=(bash -c "echo >$HUNT_DIR/fixed; sleep 0.3")

# Two runs are told, thus saved, and the next one is on its way.
in_third_run() {
	[[ $(grep -c 'pkstrace: run ' "$WORK/err") -ge 2 ]] && grep -q '"running"' "$state"
}

# Starts a hunt of some length, as $hunter; returns in the middle of it.
hunt_slowly() {
	: >"$WORK/err"
	"$PKSTRACE" hunt --resume "$state" -- "${slow[@]}" >"$WORK/out" 2>"$WORK/err" </dev/null &
	hunter=$!
	wait_until 30 in_third_run
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
like "$(<"$WORK/out")" 'INCOMPLETE: interrupted; --resume continues from here' "and said, with the table"
is "$(pgrep -xc sleep)" 0 "no command is left"
hunt_in --resume "$state" -- "${slow[@]}"
is "$status" 0 "resumed to its end" || diag "$out" "$err"

# kill -9 in the middle of a run, then the same as it looks after a boot.
rm "$state"
hunt_slowly
kill -9 $hunter
wait $hunter 2>/dev/null
ok "kill -9: nothing is left in the kernel" settled_at "$before"
# The kernel frees them a moment after the last reference.
no_probe() {
	[[ $(wc -l </sys/kernel/debug/kprobes/list) -eq 0 ]]
}
ok "no probe either" wait_until 20 no_probe
sed 's/"boot": *"[^"]*"/"boot":"another"/' "$state" >"$WORK/crashed"
hunt_in --resume "$state" -- "${slow[@]}"
is "$status" 0 "kill -9 of the hunt alone: the run is made again" || diag "$out" "$err"
hunt_in --resume "$WORK/crashed" -- "${slow[@]}"
is "$status" 1 "after a boot: the run is taken for the cause" || diag "$out" "$err"
is "$(rows | grep -c '^kernel oops')" 1 "as a kernel oops"

# --- refused -----------------------------------------------------------------------

one_line 2 "no command" "hunt: no command: give one after" "$PKSTRACE" hunt
one_line 2 "a depth of three" "'3'" "$PKSTRACE" hunt --depth 3 -- true
one_line 2 "an errno that is none" "'EBOGUS'" "$PKSTRACE" hunt --errno EBOGUS -- true
one_line 3 "a function that may not fail" "lacks the mark ALLOW_ERROR_INJECTION\(vfs_read" \
	"$PKSTRACE" hunt --function vfs_read -- true
echo '{"pkstrace_hunt": 1, "comm' >"$WORK/damaged"
one_line 2 "a damaged state" "can't read '$WORK/damaged'" "$PKSTRACE" hunt --resume "$WORK/damaged" -- true
one_line 2 "another hunt's state" "a hunt with another command" "$PKSTRACE" hunt --resume "$state" -- true
hunt_in -- /nonexistent/command
is "$status" 2 "a command that does not exist"
like "$err" "can't run '/nonexistent/command': No such file" "named with the reason"
TRACE_COMMAND=inject
ok "an injector is at work" trace_start --skip-revoke --comm nobody-at-all
one_line 3 "a second injector" "another pkstrace is already injecting" "$PKSTRACE" hunt -- true
trace_stop

done_testing
