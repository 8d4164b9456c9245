#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pkstrace run: how it starts, whom it follows, how it ends.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

ended() {
	[[ ! -d /proc/$1 ]]
}

driver_load

# --- the whole system, ended by a signal -----------------------------------

ok "starts on the whole system" trace_start
like "$(<"$WORK/err")" \
	'attached [0-9]+ programs in [0-9.]+ s: V10, layout outofline, fault mode relaxed; tracing the whole system' \
	"says what it is attached to"
like "$(<"$WORK/err")" 'blind: fault mode relaxed' "says what it can't see"
pairs 1000
trace_stop INT
is_clean "after SIGINT"
is "$(granted)" 1000 "counts each window once"
like "$out" 'Windows by call site:.*pair\+0x' "names the call sites"

ok "starts again" trace_start
bug leak-error-path
trace_stop TERM
is "$status" 1 "exit status 1 with a finding, after SIGTERM"
like "$out" 'BUG: pkstrace: leak in leak_error\+0x' "reports it"
like "$out" 'pkstrace: 1 finding \(1 leak\); complete' "and sums up"

ok "starts once more" trace_start
pairs 50
trace_stop HUP
is_clean "after SIGHUP, as a terminal sends it that closes"

ok "starts with a time limit" trace_start -d 1
trace_wait
is_clean "after -d 1"

# --- incomplete ------------------------------------------------------------

ok "starts for a loss" trace_start
pairs 90 nest
trace_stop
is "$status" 4 "exit status 4 where windows nest too deep to be attributed"
like "$out" 'LOST: nested too deep: [1-9]' "says what was lost"
like "$out" "no findings; INCOMPLETE" "does not call it clean and complete"

# --- a command -------------------------------------------------------------

chain="echo 100 >$DRIVER_DIR/pairs"
for i in 1 2 3; do
	printf -v chain '%q ' bash -c "$chain; echo 100 >$DRIVER_DIR/pairs & wait"
done
cat >"$WORK/threads" <<END
import sys, threading

def pairs(n):
    with open("$DRIVER_DIR/pairs", "w") as f:
        f.write(str(n))

threads = [threading.Thread(target=pairs, args=(200,)) for _ in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
pairs(50)
END

# Threads that are none of the chain's begin and end all the time.
while :; do pairs 10; done & other=$!
ok "starts a chain of commands" trace_start -- bash -c "$chain"
trace_wait
kill $other
is_clean "a chain of forks"
is "$(granted)" 400 "the windows of all in the chain are counted, and no others"
like "$out" ' 400 closed, 0 open,' "and none of another thread is taken for open"
like "$err" 'tracing bash and its children' "says whom it follows"
like "$err" 'bash exited with status 0' "says how the command ended"

ok "starts a command with threads" trace_start -- python3 "$WORK/threads"
trace_wait
is_clean "threads"
is "$(granted)" 650 "the windows of all threads are counted"

# CMD's own look at the descriptor: it must not be held open by whoever is traced.
mkfifo "$WORK/ready"
(
	read -r line <"$WORK/ready"
	printf 'ready %s\n' "$?" >"$WORK/was-ready"
) &
waits=$!
tool run --ready-fd 9 -- bash -c "[[ ! -e /proc/self/fd/9 ]] && echo 3 >$DRIVER_DIR/pairs" \
	9>"$WORK/ready"
wait $waits
is_clean "--ready-fd"
is "$(granted)" 3 "--ready-fd: CMD has no part in it"
is "$(<"$WORK/was-ready")" "ready 0" "--ready-fd: a newline"
one_line 2 "--ready-fd: closed" "ready-fd '9': give a file descriptor that is open for writing" \
	"$PKSTRACE" run --ready-fd 9 -- true

ok "starts a command that fails" trace_start --allow-none -- sh -c 'exit 7'
trace_wait
is "$status" 0 "its status is not mixed in"
like "$err" 'sh exited with status 7' "but reported"

ok "starts a command that dies" trace_start --allow-none -- sh -c 'kill -9 $$'
trace_wait
is "$status" 0 "its signal is not mixed in"
like "$err" 'sh was killed by signal 9 \(Killed\)' "but reported"

# Ctrl-C goes to all of the terminal's foreground group.
: >"$WORK/err"
setsid env --default-signal=INT "$PKSTRACE" run --allow-none -- sleep 1000 >"$WORK/out" 2>"$WORK/err" &
trace_pid=$!
wait_attached $trace_pid "$WORK/err" || fail "starts in a group of its own"
command=$(pgrep -P $trace_pid)
ok "the command runs" test -d "/proc/$command"
kill -INT -- -$trace_pid
trace_wait
is_clean "Ctrl-C on the group"
ok "the command got Ctrl-C too" wait_until 10 ended "$command"

exits 2 "a command that does not exist" "$PKSTRACE" run -- /nonexistent/command
like "$TAP_OUTPUT" "can't run '/nonexistent/command': No such file" "named with the reason"

# --- a process -------------------------------------------------------------

cat >"$WORK/target" <<END
import os, sys, threading

def pairs(n):
    with open("$DRIVER_DIR/pairs", "w") as f:
        f.write(str(n))

go = threading.Event()
def early():
    go.wait()
    pairs(200)

# These threads are there before the trace; the child comes in it.
threads = [threading.Thread(target=early) for _ in range(2)]
for t in threads:
    t.start()
sys.stdin.readline()
go.set()
for t in threads:
    t.join()
late = threading.Thread(target=pairs, args=(30,))
late.start()
late.join()
pid = os.fork()
if not pid:
    pairs(7)
    os._exit(0)
os.waitpid(pid, 0)
END
mkfifo "$WORK/go"
python3 "$WORK/target" <"$WORK/go" &
target=$!
exec 9>"$WORK/go"
ok "starts on a process" trace_start -p $target
like "$(<"$WORK/err")" "tracing process $target and its children" "says which"
pairs 1000
echo >&9
exec 9>&-
wait $target
trace_wait
is_clean "a process that ends"
is "$(granted)" 437 "windows of its old and new threads and its child, and no others"

# --- bad input: one line, the documented status ----------------------------

sleep 1000 & dead=$!
kill -9 $dead
wait $dead 2>/dev/null
one_line 2 "no such process" "no process $dead" "$PKSTRACE" run -p $dead
one_line 2 "an unknown option" "no such option: '--no-such-option'" \
	"$PKSTRACE" run --no-such-option
one_line 2 "a PID that is no number" "'1x'" "$PKSTRACE" run -p 1x
one_line 2 "a duration that is no number" "'soon'" "$PKSTRACE" run -d soon
one_line 2 "a process and a command" "not both" "$PKSTRACE" run -p 1 -- true
one_line 2 "an unknown command" "no such command: 'walk'" "$PKSTRACE" walk
one_line 3 "not root" "missing CAP_SYS_ADMIN CAP_SYSLOG" \
	setpriv --reuid 65534 --regid 65534 --clear-groups "$PKSTRACE" run -d 1
one_line 3 "no type information" "no type information" \
	unshare -m bash -c "mount -t tmpfs none /sys/kernel/btf && exec '$PKSTRACE' run -d 1"

done_testing
