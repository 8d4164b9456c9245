#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Modules come and go while they are traced, and the next one has the memory of the last. What
# happened in each is said of that one, whenever it is read; what is not known has no name.
#
# vm: timeout=900
# vm also: kernel=preempt timeout=900

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

HUNT_DIR=/sys/kernel/debug/pkstrace_hunt
for module in pkstrace_bugs pkstrace_hunt; do
	! [[ -d /sys/module/$module ]] || rmmod $module
done

# The same driver with another build ID and another name for one function.
rebuild() {
	python3 -ES - "$PKS_DRIVER" "$1" <<'PYTHON'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
note = data.index(b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0") + 16
data[note] ^= 0xff
data = bytes(data).replace(b"\0leak_error\0", b"\0leak_again\0")
open(sys.argv[2], "wb").write(data)
PYTHON
}

hunt_windows() {
	insmod "${PKS_HUNT:?}" dev="$PMEM" && (echo x >$HUNT_DIR/buggy)
	rmmod pkstrace_hunt
}

reported() {
	[[ $(grep -c '^BUG\|^\[.*BUG' "$WORK/out") -ge $1 || $(grep -c 'BUG: pkstrace' "$WORK/out") -ge $1 ]]
}

# Call sites with their grants, as the summary lists them.
sites_of() {
	grep -c "^ *[0-9].*  .*\[$1" <<<"$out"
}

# --- one after the other ------------------------------------------------------

cat >"$WORK/one-after-the-other" <<EOF
insmod $PKS_HUNT dev=$PMEM
echo x >$HUNT_DIR/buggy
rmmod pkstrace_hunt
insmod $PKS_DRIVER dev=$PMEM
(echo leak-error-path >$DRIVER_DIR/run)
# Read before it goes: what is read later has no name, see "a reader who is late".
for ((i = 0; i < 600; i++)); do
	! grep -q 'BUG: pkstrace' "$WORK/out" || break
	sleep 0.05
done
rmmod pkstrace_bugs
exit 0
EOF
tool run -- bash "$WORK/one-after-the-other"
is "$status" 1 "two modules, one after the other: a finding" || diag "$out" "$err"
like "$out" 'BUG: pkstrace: leak in leak_error\+0x[0-9a-f]+/0x[0-9a-f]+ \[pkstrace_bugs(, unloaded)?\]' \
	"the leak is the second one's"
cmp_num "$(sites_of pkstrace_hunt)" -ge 1 "windows of the first one are listed as its own" ||
	diag "$out"
unlike "$out" 'bpf_trampoline|LOST' "nothing is named after a neighbour, nothing is lost"
like "$out" '\[pkstrace_hunt, unloaded\]' "the first one is known to have gone"

# --- another build ------------------------------------------------------------

rebuild "$WORK/pkstrace_bugs.ko"
ok "starts" trace_start --modules "$(dirname "$PKS_DRIVER")"
driver_load
bug leak-error-path
ok "the leak is reported" wait_until 30 reported 1
rmmod pkstrace_bugs
insmod "$WORK/pkstrace_bugs.ko" dev="$PMEM"
bug leak-error-path
ok "and that of the next build, as another one" wait_until 30 reported 2
rmmod pkstrace_bugs
trace_stop
first=${out%%BUG: pkstrace: leak in leak_again*}
second=${out#*BUG: pkstrace: leak in leak_again}
isnt "$first" "$out" "the next build's function has its new name" || diag "$out" "$err"
like "$first" 'leak in leak_error\+' "that of the first one its own"
like "$first" 'leak_error.*cases_leak\.c:[0-9]' "with source lines"
unlike "${second%%Windows by*}" 'cases_[a-z]*\.c:[0-9]' "the next build has none: its file was not given"
is "$(grep -c 'leak_error.*pkstrace_bugs, unloaded\|leak_again.*pkstrace_bugs, unloaded' <<<"${out##*Windows by}")" 2 \
	"they are two call sites" || diag "$out"

# --- a reader who is late -------------------------------------------------------

printf '{\n\tall that have a name\n\tleak\n\tfun:*\n}\n' >"$WORK/suppressions"
ok "starts" trace_start --suppressions "$WORK/suppressions"
kill -STOP "$trace_pid"
hunt_windows
driver_load
bug leak-error-path
rmmod pkstrace_bugs
kill -CONT "$trace_pid"
trace_stop
is "$status" 1 "seen by nobody until it had gone: no suppression by name hides it" ||
	diag "$out" "$err"
like "$out" 'BUG: pkstrace: leak in 0xf{8}[0-9a-f]{8} \[pkstrace_bugs, unloaded\]' "it has an address and a module"
like "$out" '  0xf{8}[0-9a-f]{8} \[pkstrace_hunt, unloaded\]' "as have the call sites"
unlike "$out" 'bpf_trampoline|LOST' "nothing is named after a neighbour, nothing is lost"

# --- many ------------------------------------------------------------------------

ok "starts" trace_start
for ((i = 0; i < 8; i++)); do
	hunt_windows
done
driver_load
pairs 100
trace_stop
is "$(sites_of pkstrace_bugs)" "$(grep -c '^ *[0-9]* *[0-9]* .*pair.*\[pkstrace_bugs\]' <<<"$out")" \
	"after many: the windows of the one that stays are its own" || diag "$out"
unlike "$out" 'LOST' "nothing was lost"
TRACE_COMMAND=stat ok "stat by call site" trace_start --by site
hunt_windows
pairs 100
trace_stop
like "$out" '\[pkstrace_hunt, unloaded\]' "stat: the module that has gone"
like "$out" '\[pkstrace_bugs\]' "stat: the one that stays"

done_testing
