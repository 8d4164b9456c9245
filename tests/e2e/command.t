#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command of a run does not outlive it, nor does its control group; and where
# no control group can be had it is followed and ended all the same, which is said.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

# Does what a command may do to be lost sight of: forks, sessions, ignored signals.
cat >"$WORK/crowd" <<'END'
#!/bin/bash
sleep 1000 &
setsid sleep 1000 &
(trap '' TERM HUP INT; sleep 1000; :) &
(setsid bash -c 'sleep 1000; :' &)
wait
END
chmod +x "$WORK/crowd"

groups() {
	find /sys/fs/cgroup -type d -name 'pkstrace-*' | wc -l
}

four_sleep() {
	[[ $(pgrep -xc sleep) -eq 4 ]]
}

# Started in the background, in a shell that leaves Ctrl-C alone.
crowd_start() {
	trace_start "$@" -- "$WORK/crowd" || return
	wait_until 10 four_sleep && return
	diag "$(pgrep -a sleep)"
	return 1
}

all_gone() {
	is "$(pgrep -xc sleep)" 0 "$1: the command and all its children are gone" || pkill -KILL -x sleep
	is "$(groups)" 0 "$1: so is its control group"
}

driver_load

# --- ended with the run -----------------------------------------------------

ok "starts with a time limit" crowd_start -d 3
is "$(groups)" 1 "the command has a control group of its own"
trace_wait
is "$status" 4 "-d: exit status 4, for it opens no window"
like "$err" 'crowd did not end within 3 s: ended it and all its children' "-d: said"
all_gone "-d"

for signal in INT TERM; do
	ok "starts" crowd_start
	trace_stop $signal
	is "$status" 4 "SIG$signal: exit status 4, for it opens no window"
	like "$err" 'the run ends: ending [^ ]*crowd and all its children, too' "SIG$signal: said"
	all_gone "SIG$signal"
done

mkfifo "$WORK/pipe"
"$PKSTRACE" stat -I 100 -- "$WORK/crowd" >"$WORK/pipe" 2>"$WORK/err" </dev/null &
trace_pid=$!
head -n 1 "$WORK/pipe" >/dev/null
trace_wait
is "$status" 5 "a reader that goes away: exit status 5"
like "$err" 'standard output could not be written: Broken pipe' "a reader that goes away: said"
all_gone "a reader that goes away"

"$PKSTRACE" run -- true >/dev/full 2>"$WORK/err"
is $? 5 "a full disk: exit status 5, not clean"

# --- what it leaves by itself goes on ----------------------------------------

ok "starts" trace_start --no-wait -- bash -c 'sleep 1000 &'
trace_wait
is "$status" 4 "a command that leaves a child behind"
like "$err" 'bash has left 1 running, no longer traced' "is reported"
is "$(pgrep -xc sleep)" 1 "the child goes on"
is "$(groups)" 0 "the control group does not"
pkill -KILL -x sleep

# --- kill -9 ------------------------------------------------------------------

ok "starts" crowd_start
trace_stop KILL
is "$(groups)" 1 "kill -9: the command goes on, in its group"
ok "another run" trace_start -- true
trace_wait
is "$(groups)" 1 "another run leaves what lives alone"
pkill -KILL -x sleep
no_crowd() {
	! pgrep -f "$WORK/crowd"
}
wait_until 10 no_crowd >/dev/null
ok "another run" trace_start -- true
trace_wait
all_gone "another run, after its end"

# --- without a control group ---------------------------------------------------

# In a shell whose mounts have no cgroup v2 that may be written.
for how in "umount -l /sys/fs/cgroup; umount -l /sys/fs/cgroup" "mount -o remount,bind,ro /sys/fs/cgroup"; do
	unshare -m bash -c "
		mount --bind /sys/fs/cgroup /sys/fs/cgroup; $how
		exec '$PKSTRACE' run -d 3 -- bash -c 'echo 100 >$DRIVER_DIR/pairs & \"$WORK/crowd\"'" \
		>"$WORK/out" 2>"$WORK/err" </dev/null
	status=$? out=$(<"$WORK/out") err=$(<"$WORK/err")
	like "$err" 'no cgroup for bash \(.*\): following it from fork to fork, ending it by a walk of /proc' \
		"$how: said"
	is "$(grep -c 'no cgroup' <<<"$err")" 1 "$how: in one line"
	is "$(granted)" 100 "$how: its children's windows are counted" || diag "$err"
	like "$err" 'bash did not end within 3 s: ended it' "$how: ended with the run"
	all_gone "$how"
done

done_testing
