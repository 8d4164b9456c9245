#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pkstrace inject: each kind of fault, whom it hits, how often, what the report
# says, and that nothing of it stays.
#
# vm: timeout=1500
# vm also: cpus=4 kernel=preempt timeout=1200

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/inject.sh"

# N windows in a shell that ends; as a command for inject.
windows() {
	printf 'echo %d >%s/pairs' "$1" "$DRIVER_DIR"
}

driver_load

# --- the kinds -------------------------------------------------------------

inject --skip-revoke -- bash -c "$(windows 8)"
is "$status" 1 "skip-revoke: exit status 1" || diag "$out" "$err"
is "$(injected) of $(passed)" "1 of 8" "skip-revoke: once, unless told otherwise"
like "$out" 'pkstrace: injected: #1 skip-revoke in pair\+0x[^,]*, by bash/[0-9]+ \(tgid [0-9]+\), call 1 of this thread' \
	"skip-revoke: the injection is an event in the report"
like "$out" 'call 1 of this thread'$'\n'' pair\+0x' "skip-revoke: with the stack of the call"
like "$out" 'BUG: pkstrace: leak in pair\+0x' "skip-revoke: leaves a leak"
like "$out" 'Follows injection #1 skip-revoke in pair\+0x[^,]*, [0-9.]+ us earlier' \
	"skip-revoke: the leak names the injection"
like "$out" '\(1 leak\); complete' "skip-revoke: and nothing else"

inject --skip-grant -- bash -c "$(windows 8)"
is "$status" 1 "skip-grant: exit status 1" || diag "$out" "$err"
is "$(injected) of $(passed)" "1 of 8" "skip-grant: once, unless told otherwise"
like "$out" 'BUG: pkstrace: stray-access in pair\+0x' "skip-grant: the access faults"
like "$out" 'BUG: pkstrace: underflow in pair\+0x' "skip-grant: the revoke has no window"
is "$(grep -c 'Follows injection #1 skip-grant in pair+' <<<"$out")" "$(grep -c '^\[.*BUG: pkstrace:' <<<"$out")" \
	"skip-grant: each finding names the injection"

inject --delay-revoke 30ms -- bash -c "$(windows 8)"
is "$status" 0 "delay-revoke: nothing is wrong with a slow driver" || diag "$out" "$err"
is "$(injected) of $(passed)" "1 of 8" "delay-revoke: once, unless told otherwise"
like "$out" 'injected: #1 delay-revoke by 30000 us in pair\+0x' "delay-revoke: says by how much"
like "$out" ' [0-9]{2,}\.[0-9] ms  pair\+0x' "delay-revoke: the window was held for longer"

# The longest that is taken is waited for to its end, however fast the CPU.
inject --delay-revoke 1s -- bash -c "$(windows 8)"
like "$out" 'injected: #1 delay-revoke by 1000000 us in pair\+0x' "delay-revoke 1s: says by how much"
like "$out" ' [0-9]{4,}\.[0-9] ms  pair\+0x' "delay-revoke 1s: the window was held for no less"

# The program that waits is the one that traces, and the kernel does not run it twice
# on a CPU: what an interrupt revokes meanwhile is lost, and that is reported.
inject --delay-revoke 5ms --times 20 -- bash -c "echo 200 >$DRIVER_DIR/pairs_hit"
is "$status" 4 "delay-revoke, interrupted: exit status 4" || diag "$out" "$err"
like "$out" 'LOST: (recursion refused: [1-9][0-9]* probe hits|interrupts unseen: [1-9][0-9]* interrupts)' \
	"delay-revoke, interrupted: reported"
like "$out" 'pkstrace: no findings; INCOMPLETE' "delay-revoke, interrupted: nothing is made up"

inject --skip-grant --delay-revoke 30ms --space 3 -- bash -c "$(windows 8)"
is "$(injected) of $(passed)" "2 of 16" "skip-grant and delay-revoke: once each" || diag "$out" "$err"
is "$(grep -c ' injected: #[12] skip-grant in \| injected: #[12] delay-revoke by 30000 us in ' <<<"$out")" 2 \
	"skip-grant and delay-revoke: one of each"
like "$out" 'BUG: pkstrace: underflow in ' "skip-grant and delay-revoke: what follows is found"

inject --skip-grant --skip-revoke --times -1 --allow-none -- bash -c "echo 8 >$DRIVER_DIR/pairs_ordinary"
is "$status" 0 "an ordinary page: a call on it can't be broken" || diag "$out" "$err"
is "$(injected) of $(passed)" "0 of 0" "an ordinary page: its calls are none"

inject --fail should_failslab=-ENOMEM --require-start device_file_open \
	--require-end device_file_open+0x100 -- bash -c "$(windows 8)"
is "$status" 0 "fail: a call that fails is no finding" || diag "$out" "$err"
is "$(injected)" 1 "fail: once"
like "$out" 'injected: #1 should_failslab\(\) failed with -ENOMEM in ' "fail: says what failed"
like "$err" 'bash exited with status 1' "fail: the command sees the failure"
like "$err" 'Cannot allocate memory' "fail: as the error that was asked for"

exits 3 "extra-revoke: refused where no program may revoke" \
	"$PKSTRACE" inject --extra-revoke -- true
like "$TAP_OUTPUT" 'revokes are not kfuncs; --skip-grant' "says what is missing, and what does the same"

inject --json --skip-revoke -- bash -c "$(windows 8)"
is "$(json 'of("injection")[0]["kind"], of("injection")[0]["serial"],
	function(of("injection")[0]["caller"])')" "('skip-revoke', 1, 'pair')" "JSON: the injection"
is "$(json 'of("finding")[0]["class"], of("finding")[0]["injection"]["serial"],
	of("finding")[0]["injection"]["same_thread"]')" "('leak', 1, True)" "JSON: the finding that follows it"
is "$(json 'of("injections")[0]["hits"], of("injections")[0]["passed"]')" "(1, 8)" "JSON: the sums"

# --- how often --------------------------------------------------------------

hits() {
	local name=$1 calls=$2

	shift 2
	inject --delay-revoke 1us "$@"
	is "$(hit_calls)" "$calls" "$name" || diag "$out" "$err"
}

hits "times" "1 2 3" --times 3 -- bash -c "$(windows 20)"
hits "times without limit" "1 2 3 4 5" --times -1 -- bash -c "$(windows 5)"
hits "times 0: none" "" --times 0 -- bash -c "$(windows 5)"
hits "space" "5" --space 4 -- bash -c "$(windows 20)"
hits "interval" "3 6 9" --interval 3 --times -1 -- bash -c "$(windows 11)"
hits "space, interval and times" "7 10" --space 4 --interval 3 --times 2 -- bash -c "$(windows 30)"
hits "fail-nth" "7" --fail-nth 7 -- bash -c "$(windows 20)"
hits "fail-nth, whatever else is set" "7" --fail-nth 7 --probability 0 --space 100 -- bash -c "$(windows 20)"
hits "probability 0: none" "" --probability 0 --times -1 -- bash -c "$(windows 50)"

inject --delay-revoke 1us -v 0 -- bash -c "$(windows 5)"
unlike "$out" 'injected: #' "verbose 0: no event is shown"
is "$(injected)" 1 "verbose 0: but counted"
inject --delay-revoke 1us -v 1 -- bash -c "$(windows 5)"
like "$out" 'injected: #1' "verbose 1: a line"
unlike "$out" $'\n'' pair\+0x' "verbose 1: no stack"

# --- the same seed, the same calls ------------------------------------------

# Several processes at once, each of several threads' windows: their order of
# running differs from run to run, what is hit must not.
cat >"$WORK/crowd" <<END
import threading

def windows():
    with open("$DRIVER_DIR/pairs", "w") as f:
        f.write("60")

threads = [threading.Thread(target=windows) for _ in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
END
crowd="python3 $WORK/crowd & python3 $WORK/crowd & $(windows 40); wait"

# What was hit, into $hit: order of events taken out.
hit_set() {
	inject --delay-revoke 1us --times -1 --probability 7.5 -v 1 --seed "$1" -- bash -c "$crowd"
	like "$out" "seed $1\$" "seed $1 is reported"
	hit=$(sed -n 's/^\[.*pkstrace: injected: #.* by \([^/]*\).*, call \([0-9]*\) of this thread$/\1 \2/p' \
		<<<"$out" | sort)
}
hit_set 7
first=$hit
hit_set 7
second=$hit
hit_set 8
other=$hit
cmp_num "$(wc -l <<<"$first")" -gt 10 "probability: some calls are hit"
cmp_num "$(wc -l <<<"$first")" -lt 100 "probability: and most are not"
is "$second" "$first" "the same seed hits the same calls again"
isnt "$other" "$first" "another seed hits others"

# --- whose calls ------------------------------------------------------------

marked="$(windows 10); echo 1 >/proc/self/make-it-fail; exec bash -c '$(windows 3)'"
inject --delay-revoke 1us --times -1 --task-filter -- bash -c "$marked"
is "$(injected) of $(passed)" "3 of 3" "task-filter: only tasks that are marked" || diag "$out" "$err"

inject --delay-revoke 1us --times -1 --require-start nested_pair --require-end nested_pair+0x100 \
	-- bash -c "$(windows 8)"
is "$(injected) of $(passed)" "4 of 8" "require-start, require-end: only with such a caller"
inject --delay-revoke 1us --times -1 --reject-start nested_pair --reject-end nested_pair+0x100 \
	-- bash -c "$(windows 8)"
is "$(injected) of $(passed)" "4 of 8" "reject-start, reject-end: not with such a caller"
unlike "$out" 'revoke by 1 us in nested_pair' "the rejected are not hit"
inject --delay-revoke 1us --times -1 --call-site nested_pair -- bash -c "$(windows 8)"
is "$(injected) of $(passed)" "4 of 4" "call-site: only calls from there"
inject --delay-revoke 1us --times -1 --comm pairs-maker -- bash -c \
	"$(windows 5); printf pairs-maker >/proc/self/comm; $(windows 2)"
is "$(injected) of $(passed)" "2 of 2" "comm: only threads of this name"
inject --delay-revoke 1us --times -1 --comm pairs-maker -- bash -c \
	"printf pairs-makers >/proc/self/comm; $(windows 3); printf pairs-ma >/proc/self/comm; $(windows 2)"
is "$(injected) of $(passed)" "0 of 0" "comm: of no name that only begins like it" || diag "$out" "$err"

# A window within a window: the inner grant alone has one open before it.
inject --skip-grant --dry-run --times -1 --in-window -- bash -c "$(windows 8)"
like "$out" 'dry run: 2 calls pass the filters' "in-window: only calls with a window open" ||
	diag "$out" "$err"

mkdir -p /sys/fs/cgroup/pks-e2e
inject --delay-revoke 1us --times -1 --cgroup /sys/fs/cgroup/pks-e2e -- bash -c \
	"$(windows 5); echo \$\$ >/sys/fs/cgroup/pks-e2e/cgroup.procs; $(windows 3)"
is "$(injected) of $(passed)" "3 of 3" "cgroup: only threads in it" || diag "$err"
rmdir /sys/fs/cgroup/pks-e2e

mkfifo "$WORK/go"
bash -c "read -r _ <$WORK/go; $(windows 6)" & target=$!
ok "starts on a process" inject_start --delay-revoke 1us --times -1 -p $target
pairs 50
echo >"$WORK/go"
wait $target
trace_wait
is "$(injected) of $(passed)" "6 of 6" "pid: only that process"

bash -c "read -r _ <$WORK/go; $(windows 4)" & target=$!
ok "starts on a thread" inject_start --delay-revoke 1us --times -1 --tid $target
pairs 50
echo >"$WORK/go"
wait $target
trace_stop
is "$(injected) of $(passed)" "4 of 4" "tid: only that thread"

ok "starts on the whole system" inject_start --delay-revoke 1us --times -1 --whole-system
pairs 50
trace_stop
is "$(injected) of $(passed)" "50 of 50" "whole-system: anybody"

# --- a dry run --------------------------------------------------------------

inject --skip-revoke --times -1 --interval 2 --dry-run -- bash -c "$(windows 20)"
is "$status" 0 "dry-run: nothing is broken" || diag "$out" "$err"
like "$out" 'dry run: 20 calls pass the filters, 10 would be hit' "dry-run: says how many would be hit"
like "$out" 'CALLS  IN WINDOW  CALLED FROM' "dry-run: and where"
like "$out" ' 5 +5  pair\+0x[^<]* < make_pairs' "dry-run: by calling place"
like "$out" 'no findings; complete' "dry-run: no finding"

# --- refused ----------------------------------------------------------------

one_line 2 "no target" "whose calls\?.*--whole-system" "$PKSTRACE" inject --skip-revoke
one_line 2 "nothing to break" "nothing to break: give --skip-revoke" "$PKSTRACE" inject -- true
one_line 2 "an errno that is none" "'should_failslab=-EBOGUS'" \
	"$PKSTRACE" inject --fail should_failslab=-EBOGUS -- true
one_line 2 "a function without an errno" "'should_failslab'" "$PKSTRACE" inject --fail should_failslab -- true
one_line 2 "a probability above 100" "'101'" "$PKSTRACE" inject --skip-revoke --probability 101 -- true
one_line 2 "a delay of an hour" "'3600s'" "$PKSTRACE" inject --delay-revoke 3600s -- true
one_line 2 "a caller that is none" "'no_such_function' is not a function or address" \
	"$PKSTRACE" inject --skip-revoke --call-site no_such_function -- true
one_line 2 "a cgroup that is none" "not a directory below" \
	"$PKSTRACE" inject --skip-revoke --cgroup /tmp -- true
one_line 2 "a process and a command" "not both" "$PKSTRACE" inject --skip-revoke -p 1 -- true
one_line 3 "a function that may not fail" "lacks the mark ALLOW_ERROR_INJECTION\(vfs_read" \
	"$PKSTRACE" inject --fail vfs_read=-EIO -- true

# The list of what may fail without the functions that match $1.
list_without() {
	grep -v "$1" /sys/kernel/debug/error_injection/list >"$WORK/list"
}

# pkstrace inject $1 with that list in place of the kernel's.
inject_by_list() {
	unshare -m bash -c "mount --bind $WORK/list /sys/kernel/debug/error_injection/list &&
		exec '$PKSTRACE' inject $1 --allow-none -- true"
}

list_without pgmap_set
one_line 3 "windows that may not be skipped: the revoke's mark, and both ways to it" \
	"pgmap_set_noaccess\(\) lacks the mark ALLOW_ERROR_INJECTION\(.*pgmap_set_noaccess, .*CONFIG_DEVMAP_PROTECTION_ERROR_INJECTION=y" \
	inject_by_list --skip-revoke
one_line 3 "the same of grants" "pgmap_set_readwrite\(\) lacks the mark" \
	inject_by_list --skip-grant
list_without pgmap_set_readwrite
exits 0 "a revoke may be skipped whatever a grant may" inject_by_list --skip-revoke
one_line 3 "no list of injectable functions" "CONFIG_FUNCTION_ERROR_INJECTION and a mounted debugfs" \
	unshare -m bash -c "umount -l /sys/kernel/debug && exec '$PKSTRACE' inject --skip-revoke -- true"

ok "starts" inject_start --skip-revoke --comm nobody-at-all
one_line 3 "a second injector" "another pkstrace is already injecting" \
	"$PKSTRACE" inject --skip-revoke -- true
trace_stop
is "$status" 0 "the first was not irq_load"

# --- nothing stays ----------------------------------------------------------

before=$(objects)
inject --timeout 1 --skip-revoke -- bash -c 'sleep 1000 & sleep 1000 & setsid sleep 1000 & wait'
like "$err" 'bash did not end within 1 s: ended it and all its children' "timeout: said"
is "$(pgrep -xc sleep)" 0 "timeout: the command's children are gone too"
ok "nothing is left after an end" settled_at "$before"

# All that can be on at once.
all=(--skip-revoke --skip-grant --fail should_failslab=-ENOMEM --probability 0 --times -1)
ok "starts with all kinds" inject_start "${all[@]}" --whole-system
isnt "$(objects)" "$before" "has programs in the kernel while it runs"
trace_stop KILL
ok "nothing is left after kill -9" settled_at "$before"
is "$(wc -l </sys/kernel/debug/kprobes/list)" 0 "no probe either"

# Off means off at once: what the killed loader would have broken works.
ok "starts breaking each open" inject_start --fail should_failslab=-ENOMEM --times -1 -v 0 \
	--whole-system --require-start device_file_open --require-end device_file_open+0x100
not_ok_cmd "an open fails" pairs 1
trace_stop KILL
ok "soon after kill -9 it works" wait_until 2 pairs 1
ok "nothing is left" settled_at "$before"

killed_early inject --skip-revoke --whole-system
ok "nothing is left after kill -9 while it starts" settled_at "$before"

# --- safety -----------------------------------------------------------------

# Calls of its own: it asks for memory all the time.
tool inject --fail should_failslab=-ENOMEM --comm pkstrace --times -1 --timeout 3
is "$(sed -n 's/^pkstrace: injected \([0-9]*\) times, out of \([0-9]*\) calls.*/\1 \2/p' <<<"$out")" "0 0" \
	"pkstrace itself is never hit" || diag "$out" "$err"

before=$(dmesg | wc -l)
tool inject --skip-revoke -- bash -c "$(windows 5)"
log=$(dmesg | tail -n +$((before + 1)) | grep 'pkstrace: ')
like "$log" 'fault injection begins: skip-revoke; .* until process [0-9]+ ends' "the kernel's log: it begins"
like "$log" 'injection #1: skip-revoke, called from [a-z_]+\+0x.* by bash/[0-9]+' "the first injection"
like "$log" 'fault injection ends' "and it ends"
before=$(dmesg | wc -l)
tool inject --skip-revoke --dry-run -- bash -c "$(windows 5)"
is "$(dmesg | tail -n +$((before + 1)) | grep -c 'pkstrace: ')" 0 "a dry run leaves no word there"

tool inject --fail should_failslab=0 --in-window --times 3 -- bash -c "$(windows 5)"
like "$out" 'pkstrace: injected 0 times, out of' "a call that returns 0 has not failed" || diag "$err"

done_testing
