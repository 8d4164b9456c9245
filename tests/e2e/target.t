#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whoever belongs to the target is traced: children that are there already, children that
# outlive it, and threads of whatever PID namespace; and a target that opened no window has
# not been tested.
#
# vm: timeout=1800

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

LEAK="(echo leak-error-path >$DRIVER_DIR/run)"

# Three assertions: the leak, and the exit status that goes with it.
leak_found() {
	is "$status" 1 "$1: exit status 1" || diag "$out" "$err"
	like "$out" 'BUG: pkstrace: leak in leak_error\+' "$1: the leak is found"
}

driver_load
mkfifo "$WORK/go" "$WORK/go2"

# --- nothing opened -------------------------------------------------------------

for command in run stat; do
	tool $command -- true
	is "$status" 4 "$command: a command without windows: exit status 4" || diag "$err"
	like "$out" 'INCOMPLETE: no window was opened: nothing was tested' "$command: says so"
	tool $command --allow-none -- true
	is "$status" 0 "$command --allow-none: exit status 0" || diag "$out" "$err"
	like "$out" 'complete: nothing was lost, but no window was opened' "$command --allow-none: says so all the same"
done
tool run --json -- true
is "$(json '[summary["untested"], summary["complete"]]')" "[True, False]" "JSON says so"
tool inject --skip-revoke -- true
is "$status" 4 "inject: a command without windows: exit status 4"
sleep 1000 & target=$!
tool run -d 1 -p $target
is "$status" 4 "a process without windows: exit status 4"
kill $target
tool run -d 1
is "$status" 0 "the whole system without windows: exit status 0"
like "$out" 'but no window was opened: nothing was tested' "is told"

# --- children that outlive the command -------------------------------------------

ok "starts" trace_start -- bash -c "(sleep 1; $LEAK) & exit 0"
trace_wait
leak_found "a child that outlives the command"
like "$err" 'bash has ended and left [12] running: still tracing' "it is waited for, and said"
ok "starts" trace_start --no-wait -- bash -c "echo 10 >$DRIVER_DIR/pairs; sleep 1000 & exit 0"
trace_wait
is "$status" 4 "--no-wait: exit status 4"
like "$out" 'LOST: left running: [12] threads or processes' "--no-wait: says what was not traced"
pkill -x sleep
ok "starts" trace_start -- bash -c "echo 10 >$DRIVER_DIR/pairs; sleep 1000 & exit 0"
wait_until 20 grep -q 'still tracing' "$WORK/err"
trace_stop
is "$status" 0 "Ctrl-C while it waits: exit status 0" || diag "$out" "$err"
like "$err" 'the run ends: ending what bash has left running, too' "is said"
is "$(pgrep -xc sleep)" 0 "and it is gone"

# The same where the command has no cgroup.
unshare -m bash -c "mount --bind /sys/fs/cgroup /sys/fs/cgroup
	mount -o remount,bind,ro /sys/fs/cgroup
	exec '$PKSTRACE' run -- bash -c '(setsid sleep 1; $LEAK) & exit 0'" \
	>"$WORK/out" 2>"$WORK/err" </dev/null
status=$? out=$(<"$WORK/out") err=$(<"$WORK/err")
leak_found "without a cgroup"

# --- a process and its children ----------------------------------------------------

# Grandchildren, of a process that goes on meanwhile.
bash -c "(read -r _ <$WORK/go; $LEAK; :); wait" & target=$!
bash -c "bash -c 'read -r _ <$WORK/go2; $LEAK; :' & wait; :" & other=$!
has_child() {
	pgrep -P "$1" >/dev/null
}
wait_until 10 has_child $target && wait_until 10 has_child $other
ok "starts on a process" trace_start -p $other
pairs 10
echo >"$WORK/go"
echo >"$WORK/go2"
wait $target $other
trace_wait
leak_found "a child that was there already"
is "$(grep -c 'BUG: pkstrace' <<<"$out")" 1 "and nobody else's"
is "$(granted)" 1 "nobody else's windows are counted"

bash -c "(read -r _ <$WORK/go; sleep 1; $LEAK) & read -r _ <$WORK/go2; exit 0" & target=$!
wait_until 10 has_child $target
ok "starts on a process" trace_start -p $target
echo >"$WORK/go"
echo >"$WORK/go2"
wait $target
trace_wait
leak_found "a child that outlives the process"

# --- PID namespaces -----------------------------------------------------------------

in_namespace() {
	unshare -pf --mount-proc bash -c "$1" >"$WORK/out" 2>"$WORK/err" </dev/null
	status=$? out=$(<"$WORK/out") err=$(<"$WORK/err")
}

in_namespace "bash -c 'read -r _ <$WORK/go; $LEAK; :' & echo \$! >$WORK/number
	'$PKSTRACE' run -p \$! & tracer=\$!
	until grep -q attached $WORK/err; do sleep 0.1; done
	echo >$WORK/go; wait \$tracer"
leak_found "a process of a namespace"
number=$(<"$WORK/number")
like "$out" "By bash/[0-9]+ \(tgid [0-9]{1,2}\)" "numbers are those of the namespace's /proc" ||
	diag "$number"
in_namespace "'$PKSTRACE' run -- bash -c '$LEAK'"
leak_found "a command in a namespace"
like "$out" "By bash/[0-9]{1,2} " "its numbers are those of the namespace's /proc"
in_namespace "'$PKSTRACE' stat --by thread -- bash -c 'echo 10 >$DRIVER_DIR/pairs'"
like "$out" '  bash/[0-9]{1,2}' "stat: so are threads" || diag "$out" "$err"
in_namespace "bash -c 'read -r _ <$WORK/go; echo 10 >$DRIVER_DIR/pairs' & target=\$!
	'$PKSTRACE' inject --delay-revoke 1us --times -1 --tid \$target --timeout 60 & tracer=\$!
	until grep -q attached $WORK/err; do sleep 0.1; done
	echo >$WORK/go; wait \$target; kill -INT \$tracer; wait \$tracer"
like "$out" 'injected 10 times' "inject: a thread by its number there" || diag "$out" "$err"

ok "starts" trace_start -- unshare -pf --mount-proc bash -c "$LEAK"
trace_wait
leak_found "a command that enters a namespace"
ok "starts" trace_start -- unshare -C bash -c "$LEAK"
trace_wait
leak_found "a command that enters a cgroup namespace"

unshare -pf bash -c "'$PKSTRACE' run -d 1 -p \$\$" >"$WORK/out" 2>"$WORK/err"
is $? 3 "/proc of another namespace: a number is refused"
like "$(<"$WORK/err")" '/proc is of another PID namespace, so a number may mean two' "with the reason"

# --- a cgroup by its path in a namespace ---------------------------------------------

mkdir -p /sys/fs/cgroup/pks-outer/inner
(
	echo $BASHPID >/sys/fs/cgroup/pks-outer/cgroup.procs
	exec unshare -C -m bash -c "umount -l /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup &&
		exec '$PKSTRACE' inject --delay-revoke 1us --times -1 --cgroup /sys/fs/cgroup/inner -- bash -c \
		'echo 5 >$DRIVER_DIR/pairs; echo \$\$ >/sys/fs/cgroup/inner/cgroup.procs; echo 3 >$DRIVER_DIR/pairs'"
) >"$WORK/out" 2>"$WORK/err" </dev/null
out=$(<"$WORK/out")
like "$out" 'injected 3 times' "a cgroup of a cgroup namespace" || diag "$out" "$(<"$WORK/err")"
rmdir /sys/fs/cgroup/pks-outer/inner /sys/fs/cgroup/pks-outer

done_testing
