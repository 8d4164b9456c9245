#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The capabilities that `check` lists are enough for each command: root that has
# no others traces, injects and hunts; one less is named. Once all is attached, pkstrace has
# given up most of them, and the command has not.
#
# vm: timeout=600 boot=own

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/hunt.sh"

list=$("$PKSTRACE" check 2>/dev/null | sed -n 's/^capabilities  *\(.*\): all there$/\1/p')
only=-all
for name in $list; do
	name=${name#CAP_}
	only+=,+${name,,}
done
like "$only" '^-all,\+' "check lists them"

limited() {
	setpriv --bounding-set "$only" "$PKSTRACE" "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
	status=$?
	out=$(<"$WORK/out")
	err=$(<"$WORK/err")
}

driver_load
# Whoever has CAP_PERFMON is not asked about it.
echo 3 >/proc/sys/kernel/perf_event_paranoid
exits 0 "check" setpriv --bounding-set "$only" "$PKSTRACE" check
limited run -- bash -c "echo 100 >$DRIVER_DIR/pairs; echo leak-error-path >$DRIVER_DIR/run"
is "$status" 1 "run: finds a leak" || diag "$out" "$err"
like "$out" 'BUG: pkstrace: leak in leak_error\+0x' "run: by name"
cmp_num "$(granted)" -gt 99 "run: counts windows"
limited stat --by site -- bash -c "echo 100 >$DRIVER_DIR/pairs"
is "$status" 0 "stat: clean" || diag "$out" "$err"
like "$out" '  pair\+0x' "stat: names the sites"
limited snapshot
is "$status" 0 "snapshot: nobody is inside" || diag "$out" "$err"
limited inject --skip-revoke -- bash -c "echo 8 >$DRIVER_DIR/pairs"
is "$status" 1 "inject: skips a revoke" || diag "$out" "$err"
# Both drivers have a device_file_open().
limited inject --fail should_failslab=-ENOMEM --require-start full_proxy_open \
	--require-end full_proxy_open+0x100 -- bash -c "echo 8 >$DRIVER_DIR/pairs"
like "$out" 'injected 1 times' "inject: fails a call" || diag "$out" "$err"
limited hunt -- dd if=/dev/zero of="$HUNT_DIR/buggy" bs=512 count=1
is "$status" 1 "hunt: finds bugs" || diag "$err"
like "$out" '14 of 14 error paths walked.* 6 of them with findings' "hunt: all of them"

# --- one less ---------------------------------------------------------------------

for name in $list; do
	less=${name#CAP_}
	for command in "run -d 1" "stat -d 1" snapshot "inject --skip-revoke -- true" "hunt -- true"; do
		words=($command)
		one_line 3 "$command without $name" "missing $name; run as root, or with" \
			setpriv --bounding-set "-${less,,}" "$PKSTRACE" "${words[@]}"
	done
	exits 3 "check without $name" setpriv --bounding-set "-${less,,}" "$PKSTRACE" check
	like "$TAP_OUTPUT" "capabilities .*missing $name" "check names it"
done

# --- what is given up ---------------------------------------------------------------

has_capability() {
	local mask

	mask=$(sed -n 's/^CapEff:\t//p' "/proc/$1/status")
	((16#$mask >> $2 & 1))
}

ok "starts with a command" trace_start -- bash -c "echo \$\$ >$WORK/pid; sed -n 's/^CapEff:.//p' \
	/proc/self/status >$WORK/command; until [[ -e $WORK/go ]]; do sleep 0.1; done"
wait_until 10 test -s "$WORK/command"
not_ok_cmd "CAP_SYS_ADMIN is given up" has_capability "$trace_pid" 21
not_ok_cmd "CAP_SYS_MODULE is given up" has_capability "$trace_pid" 16
ok "CAP_SYSLOG is kept, for the symbols of modules to come" has_capability "$trace_pid" 34
is "$(sed -n 's/^NoNewPrivs:\t//p' "/proc/$trace_pid/status")" 1 "no program gives it more"
is "$(<"$WORK/command")" "$(sed -n 's/^CapEff:.//p' /proc/self/status)" "the command has all of ours"
is "$(sed -n 's/^NoNewPrivs:\t//p' "/proc/$(<"$WORK/pid")/status")" 0 "and may get more"
pairs 100
bug leak-error-path
(echo leak-error-path >"$DRIVER_DIR/run")
: >"$WORK/go"
trace_wait
is "$status" 4 "reads all at the end: the command opened no window" || diag "$out" "$err"
unlike "$err" "can't" "nothing was refused"

# --- a machine that does not say how many CPUs it has -----------------------------

for command in "run -d 1" "hunt -- true"; do
	words=($command)
	one_line 3 "$command, no list of CPUs" "can't count the CPUs: No such file or directory" \
		unshare -m bash -c 'mount -t tmpfs none /sys/devices/system/cpu && exec "$@"' - \
		"$PKSTRACE" "${words[@]}"
done

done_testing
