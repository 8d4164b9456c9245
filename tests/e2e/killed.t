#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A hunt that is killed leaves the kernel's fault injection as it was; and one
# process injects at a time, whoever and wherever the other is.
#
# vm: timeout=600 boot=own

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/hunt.sh"

DEBUG=/sys/kernel/debug
LOCK=/run/pkstrace.lock

# All that hunt turns, and what it arms.
knobs() {
	grep -H . $DEBUG/failslab/ignore-gfp-wait $DEBUG/fail_page_alloc/ignore-gfp-{wait,highmem} \
		$DEBUG/fail_page_alloc/min-order /sys/block/*/make-it-fail
}

same_knobs() {
	[[ $(knobs) == "$1" ]]
}

knobs_are() {
	wait_until 10 same_knobs "$1" && return
	diag "knobs:" "$(knobs)" "expected:" "$1"
	return 1
}

has_run() {
	grep -q 'pkstrace: run ' "$WORK/err" || [[ ! -d /proc/$hunter ]]
}

# Starts a hunt that goes on for a while, as $hunter, the first of a process group
# of its own; returns when it has made a run.
hunt_start() {
	: >"$WORK/err"
	setsid "$PKSTRACE" hunt "$@" -- bash -c "echo >$HUNT_DIR/fixed; sleep 0.3 & wait" \
		>"$WORK/out" 2>"$WORK/err" </dev/null &
	hunter=$!
	wait_until 60 has_run && [[ -d /proc/$hunter ]] && return
	diag "$(<"$WORK/err")"
	return 1
}

# --- the knobs --------------------------------------------------------------

# Not what a boot leaves: exactly this has to come back.
echo 2 >$DEBUG/fail_page_alloc/min-order
echo N >$DEBUG/failslab/ignore-gfp-wait
for disk in /sys/block/*/make-it-fail; do
	echo 1 >"$disk"
	break
done
before=$(knobs)
count=$(objects)

ok "starts" hunt_start --kernel-faults all
isnt "$(knobs)" "$before" "knobs are turned while it hunts"
kill -INT "$hunter"
wait "$hunter"
ok "after Ctrl-C all are back" knobs_are "$before"

ok "starts" hunt_start --kernel-faults all
isnt "$(knobs)" "$before" "knobs are turned while it hunts"
kill -9 "$hunter"
wait "$hunter" 2>/dev/null
ok "after kill -9 all are back" knobs_are "$before"
ok "and nothing is left in the kernel" settled_at "$count"

ok "starts" hunt_start --kernel-faults all
isnt "$(knobs)" "$before" "knobs are turned while it hunts"
kill -9 -- "-$hunter"
wait "$hunter" 2>/dev/null
ok "after kill -9 of its process group all are back" knobs_are "$before"

# At once: the next one waits until the knobs are back, or it would take them for its own.
ok "starts" hunt_start --kernel-faults all
kill -9 "$hunter"
wait "$hunter" 2>/dev/null
hunt fixed --kernel-faults all --max-runs 1
isnt "$status" 3 "the next hunt gets the lock" || diag "$err"
ok "and leaves the knobs as they were before the first" knobs_are "$before"

# --- and whoever watches it, too --------------------------------------------

# Its guardian: the one with this name that has a session of its own and is nobody's child here.
guardian_of_all() {
	local pid

	for pid in $(pgrep -x pkstrace); do
		[[ $pid == "$hunter" || $(ps -o sid= -p "$pid" | xargs) != "$pid" ]] || echo "$pid"
	done
}

tool check
is "$status" 0 "check: nothing is left" || diag "$out"
like "$out" 'system +clean: nothing is left of any run' "check says that the system is clean"
for how in check hunt; do
	ok "starts" hunt_start --kernel-faults all
	turned=$(knobs)
	guardian=$(guardian_of_all)
	like "$guardian" '^[0-9]+$' "has one guardian"
	kill -9 "$guardian" "$hunter"
	wait "$hunter" 2>/dev/null
	ok "after kill -9 of both nothing is left in the kernel" settled_at "$count"
	is "$(knobs)" "$turned" "but the knobs"
	tool check
	is "$status" 1 "check: something is left" || diag "$out"
	like "$out" 'left over +[1-9][0-9]* settings of the kernel.s fault injection' "check: settings are"
	like "$out" 'system +not clean' "check says so"
	if [[ $how == check ]]; then
		tool check --clean-up
		is "$status" 0 "check --clean-up" || diag "$out"
		like "$out" 'cleaned up +[1-9]' "says how many things it has mended"
	else
		hunt fixed --kernel-faults all --max-runs 1
		like "$err" 'restored [1-9][0-9]* settings .* earlier run, killed' "the next hunt does, too"
	fi
	ok "then they are back" knobs_are "$before"
	tool check
	is "$status" 0 "and the system is clean" || diag "$out"
done

# A command that goes on without its run.
ok "starts" trace_start -- sleep 1000
child=$(pgrep -P "$trace_pid" sleep)
trace_stop KILL
tool check
like "$out" 'left over +control group /.*/pkstrace-[0-9]+-[0-9]+, with 1 processes' "check: a command goes on"
tool check --clean-up
is "$status" 0 "check --clean-up ends it" || diag "$out"
not_ok_cmd "it is gone" kill -0 "$child"

# --- the lock ---------------------------------------------------------------

is "$(stat -c '%u %a' $LOCK)" "0 600" "the lock is a file that root alone may write"
TRACE_COMMAND=inject
ok "an injector is at work" trace_start --skip-revoke --comm nobody-at-all
holder=$trace_pid
one_line 3 "a second injector" "already injecting \(process $holder\)" \
	"$PKSTRACE" inject --skip-revoke -- true
one_line 3 "a second injector in another network namespace" "already injecting \(process $holder\)" \
	unshare -n "$PKSTRACE" inject --skip-revoke -- true
trace_stop
is "$status" 0 "the first was not irq_load" || diag "$err"

# What anybody may do is no lock.
cat >"$WORK/squat" <<'END'
import fcntl, os, socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("\0pkstrace-injection\0")
try:
    fcntl.flock(os.open("/run/pkstrace.lock", os.O_RDONLY), fcntl.LOCK_EX)
except OSError:
    pass
open(sys.argv[1], "w").close()
time.sleep(1000)
END
chmod 755 "$WORK"
mkdir -m 777 "$WORK/nobody"
setpriv --reuid 65534 --regid 65534 --clear-groups python3 "$WORK/squat" "$WORK/nobody/there" &
squatter=$!
wait_until 10 test -e "$WORK/nobody/there"
exits 0 "nobody can't keep root from injecting" "$PKSTRACE" inject --skip-revoke --allow-none -- true
kill "$squatter"

one_line 3 "a read-only /run" "can't open the injection lock $LOCK: Read-only file system" \
	unshare -m bash -c "mount -t tmpfs -o ro none /run && exec '$PKSTRACE' inject --skip-revoke -- true"
chmod 666 $LOCK
one_line 3 "a lock that others may write" "not a file that only root may write" \
	"$PKSTRACE" inject --skip-revoke -- true
rm $LOCK
ln -s /etc/passwd $LOCK
one_line 3 "a lock that is a link" "can't open the injection lock $LOCK: Too many levels" \
	"$PKSTRACE" inject --skip-revoke -- true
rm $LOCK

done_testing
