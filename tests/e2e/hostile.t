#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Surroundings that mean no good: names that steer the terminal or forge a report, readers
# that go away or never read, files that never answer.
#
# vm: timeout=1800

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

RED=$'\e[31mRED'
FORGED=$'x\nBUG: pkstra'

# Writes a word to a file of the driver's, in a thread of that name: both in one write each.
cat >"$WORK/named" <<'END'
import os, sys
name, word, path = os.fsencode(sys.argv[1]), sys.argv[2].encode(), sys.argv[3]
os.write(os.open("/proc/self/comm", os.O_WRONLY), name)
os.write(os.open(path, os.O_WRONLY), word)
END

named() {
	python3 "$WORK/named" "$1" "$2" "$DRIVER_DIR/$3"
}

# No byte but printable ASCII and newlines.
is_plain() {
	is "$(LC_ALL=C tr -d '\n -~' <<<"$1" | wc -c)" 0 "$2: nothing but printable characters"
}

driver_load

# --- names ------------------------------------------------------------------------

ok "starts" trace_start
named "$RED" leak-error-path run
named "$FORGED" double-revoke run
trace_stop
is "$status" 1 "threads with hostile names: exit status 1"
like "$out" 'By \\x1b\[31mRED/' "a name is escaped as dmesg does"
like "$out" 'By x\\x0aBUG: pkstra/' "so is a newline"
is "$(grep -c '^BUG' <<<"$out")" 0 "none forges a line"
is_plain "$out" "run"
ok "starts as JSON" trace_start --json
named "$FORGED" leak-error-path run
named $'\xff\xfe' double-revoke run
trace_stop
is "$(json '[f["thread"]["comm"] for f in lines if f["type"] == "finding"]')" "['x\\nBUG: pkstra', '??']" \
	"JSON has the name, or what can be had of it in UTF-8" || diag "$out"

cgroup=/sys/fs/cgroup/$RED
mkdir "$cgroup"
for by in thread cgroup; do
	TRACE_COMMAND=stat ok "starts by $by" trace_start --by $by
	(
		echo $BASHPID >"$cgroup/cgroup.procs"
		named "$RED" 10 pairs
	)
	trace_stop
	like "$out" '\\x1b\[31mRED' "stat --by $by: the name is escaped"
	is_plain "$out" "stat --by $by"
done
rmdir "$cgroup"

printf '#!/bin/bash\necho 10 >%s/pairs\n' "$DRIVER_DIR" >"$WORK/$FORGED"
chmod +x "$WORK/$FORGED"
for command in run stat "inject --skip-revoke --probability 0"; do
	# shellcheck disable=SC2086 # several words
	tool $command -- "$WORK/$FORGED"
	like "$err" 'x\\x0aBUG: pkstra' "$command: CMD's name is escaped"
	is_plain "$out$err" "$command: CMD's name"
done

# --- readers -------------------------------------------------------------------------

mkfifo "$WORK/pipe"
"$PKSTRACE" run >"$WORK/pipe" 2>"$WORK/err" </dev/null &
trace_pid=$!
exec 3<"$WORK/pipe"
wait_until 60 grep -q attached "$WORK/err"
# It goes away while there is nothing to be written, and nothing follows.
exec 3<&-
gone() {
	[[ ! -d /proc/$trace_pid || $(<"/proc/$trace_pid/stat") == *') Z '* ]]
}
ok "a reader that goes away ends a quiet run" wait_until 20 gone
trace_wait
is "$status" 5 "with exit status 5"
like "$err" 'standard output could not be written: Broken pipe' "and says so"

# A reader that never reads: the first signal asks for the end, the second one gets it.
"$PKSTRACE" stat --json -I 10 -- sleep 1000 >"$WORK/pipe" 2>"$WORK/err" </dev/null &
trace_pid=$!
exec 3<"$WORK/pipe"
wait_until 60 grep -q attached "$WORK/err"
sits_in_write() {
	grep -q pipe "/proc/$trace_pid/stack" 2>/dev/null
}
wait_until 120 sits_in_write || diag "$(cat "/proc/$trace_pid/stack")"
kill -TERM "$trace_pid"
sleep 1
kill -TERM "$trace_pid"
ok "a reader that never reads: ended" wait_until 20 gone
exec 3<&-
trace_wait
is "$status" 4 "with exit status 4" || diag "$err"
like "$err" 'ended by a signal in the middle of something' "and says so"
is "$(pgrep -xc sleep)" 0 "its command is gone, too"
is "$(find /sys/fs/cgroup -type d -name 'pkstrace-*' | wc -l)" 0 "and its cgroup"

"$PKSTRACE" run -- bash -c "echo 10 >$DRIVER_DIR/pairs" >&- 2>&- <&-
is $? 5 "no standard streams at all: exit status 5"
"$PKSTRACE" run -- bash -c "echo leak-error-path >$DRIVER_DIR/run" >/dev/full 2>"$WORK/err"
is $? 5 "a full disk, with a finding: exit status 5"
like "$(<"$WORK/err")" 'standard output could not be written: No space left' "and says so"

# --- files -----------------------------------------------------------------------------

mkfifo "$WORK/vmlinux"
tool run --vmlinux "$WORK/vmlinux" -- bash -c "echo leak-error-path >$DRIVER_DIR/run"
is "$status" 1 "a FIFO as vmlinux: the run goes on"
like "$out" "vmlinux: not a regular file" "and says why there are no source lines"

# --- signals, in each phase --------------------------------------------------------------

# Before that the shell's own child has the signals, and ignores SIGINT.
is_pkstrace() {
	[[ $(<"/proc/$1/comm") == pkstrace ]]
}

before=$(objects)
for delay in 0 0.1 0.3 0.6 1 1.5 2 3; do
	for signal in INT TERM HUP; do
		env --default-signal=INT,TERM,HUP "$PKSTRACE" run -- sleep 1000 >"$WORK/out" 2>"$WORK/err" </dev/null &
		trace_pid=$!
		wait_until 30 is_pkstrace $trace_pid || fail "starts before SIG$signal"
		sleep $delay
		kill -$signal $trace_pid
		trace_wait
		case $status in
		0 | 4) ;;
		129 | 130 | 143) [[ -z $out ]] || fail "SIG$signal after $delay s" "$out" ;;
		*) fail "SIG$signal after $delay s" "exit status $status: $err" ;;
		esac
		[[ -z $(pgrep -x sleep) ]] || {
			fail "SIG$signal after $delay s" "the command goes on"
			pkill -x sleep
		}
	done
done
ok "after signals in each phase nothing is left in the kernel" settled_at "$before"
is "$(find /sys/fs/cgroup -type d -name 'pkstrace-*' | wc -l)" 0 "nor a cgroup"

done_testing
