#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a report says beyond its stacks' functions: source lines, the page's place
# on the device, the file that it belongs to; and which reports are shown.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

traced() {
	local case

	trace_start "${@:2}" || return 1
	for case in $1; do
		bug "$case"
	done
	trace_stop
	ended=$status
}

reports() {
	grep -c 'BUG: pkstrace:' <<<"$out"
}

driver_load

# --- what happened ------------------------------------------------------------

ok "a stray write" traced stray-write
like "$out" '
Write of address 0x[0-9a-f]{16}, page pmem0\+0x[0-9a-f]+
Cause: never-granted: ' "address, device and offset, cause"
like "$out" '
Fault mode relaxed: the access was let through
By [^ /]+/[0-9]+ \(tgid [0-9]+\) on CPU [01], context task; count 0; PKRS 0x55555554 \(key 1: no access\)
' "mode, thread, CPU, context, the register decoded"
unlike "$out" 'bpf_prog|bpf_trampoline_[0-9]+\+[^
]*
 (pgmap|stray)' "no program of its own on top of a stack"

ok "a stray read" traced stray-read
like "$out" '
Read of address' "is a read"

ok "a use after the revoke" traced use-after-revoke
for title in 'Accessed by' 'Window granted by' 'Window revoked by'; do
	like "$out" "
$title:
 [a-z_]+\\+0x[0-9a-f]+/0x[0-9a-f]+ \\[pkstrace_bugs\\]
" "$title: its stack"
done

ok "an interrupt's leak" traced hrtimer-leak
like "$out" 'still open at irq-end' "its boundary is no system call's"
like "$out" 'context hardirq, which interrupted it' "its context"

ok "a poisoned grant" traced underflow-poison
like "$out" 'BUG: pkstrace: underflow in culprit_unmap' "the culprit"
like "$out" 'The next grant of thread [0-9]+ is poisoned' "what it does to the next one"
like "$out" 'BUG: pkstrace: stray-access in innocent_write' "the innocent"
like "$out" 'Cause: poisoned-grant: .*
Follows from: the underflow at \[ *[0-9.]+\] in culprit_unmap\+' "is led back to the culprit"
like "$out" 'Window granted by:
 innocent_map\+' "the grant that did not open"
like "$out" 'Poisoned by the revoke \(underflow\) in:
 culprit_unmap\+' "the revoke that poisoned it"

# --- the file of the page -----------------------------------------------------

ok "ext4 with DAX" dax_mount ext4
dd if=/dev/zero of="$MNT/victim file" bs=4096 count=1 conv=fsync status=none
echo "$MNT/victim file" >"$DRIVER_DIR/victim"
inode=$(stat -c %i "$MNT/victim file")
device=$(stat -c '%Hd:%Ld' "$MNT/victim file")
block=$(debugfs -R "bmap <$inode> 0" "$PMEM" 2>/dev/null)
ok "a stray write to a file" traced victim-write
like "$out" "page pmem0\\+0x$(printf %x $((block * 4096))), page 0 of " "its block on the device"
like "$out" "inode $inode on pmem0/$device\\)" "inode and device"
# The thread that makes the access has it open, and stays: others are looked at last.
ok "starts" trace_start
(
	exec 8<"$MNT/victim file"
	echo victim-write >"$DRIVER_DIR/run"
	wait_until 20 grep -q 'page 0 of ' "$WORK/out"
)
trace_stop
like "$out" "page 0 of $MNT/victim file \\(inode $inode" "its path"
ok "unmounts" umount "$MNT"

# --- source lines -------------------------------------------------------------

ok "with debug info" traced use-after-revoke --vmlinux "$PKS_KDIR/vmlinux" \
	--modules "$(dirname "$PKS_DRIVER")"
like "$out" '
 closed_write\+0x[0-9a-f]+/0x[0-9a-f]+ \[pkstrace_bugs\] [^ ]*cases_basic\.c:[0-9]+
' "the module's"
like "$out" '
 vfs_write\+0x[0-9a-f]+/0x[0-9a-f]+ [^ ]*fs/read_write\.c:[0-9]+
' "the kernel's"
like "$out" '
 \[inlined\] (do_syscall_x64|[a-z_]+) [^ ]+\.[ch]:[0-9]+
' "functions inlined there"
like "$out" '
Window granted by:
 basic_map\+' "those of the window's own functions are left out"
unlike "$out" 'Note: no source lines' "nothing is missing"

# --- which reports are shown --------------------------------------------------

cases='leak double-revoke leak-error-path use-after-revoke'
ok "at most two reports" traced "$cases" --max-reports 2
is "$(reports)" 2 "two reports"
like "$err" '2 reports printed; further findings are only counted' "says so"
like "$out" '4 findings \(2 leak, 1 underflow, 1 stray-access\); complete' "all are counted"

cat >"$WORK/suppressions" <<END
# Known, and being worked on.
{
   the leak on the error path
   leak
   fun:leak_error
   ...
   fun:vfs_write
}
{
   not met
   stray-access/never-granted
   fun:*
}
END
ok "with suppressions" traced "$cases" --suppressions "$WORK/suppressions"
is "$(reports)" 3 "three reports"
unlike "$out" 'BUG: pkstrace: leak in leak_error' "not the suppressed one"
like "$out" '
 +1  the leak on the error path \([^ ]*suppressions:2\)
' "how often one was used"
like "$out" '
 +0  not met \([^ ]*suppressions:9\): never used
' "and that one was not"
like "$out" '3 findings .*; 1 suppressed' "and how many in all"

ok "all of them suppressed" traced leak-error-path --suppressions "$WORK/suppressions"
is "$ended" 0 "exit status 0"
like "$out" 'no findings; complete: nothing was lost; 1 suppressed' "says so"

# --- repeats ------------------------------------------------------------------

ok "one bug, twenty times" traced "$(printf 'leak %.0s' {1..20})"
is "$(reports)" 1 "one report"
like "$out" '
 +20 +([0-9.]+) +([0-9.]+)  leak in basic_map' "with its count, first and last time"
like "$out" '20 findings \(20 leak\); complete' "all are counted"

# --- for programs -------------------------------------------------------------

ok "as JSON lines" traced 'use-after-revoke leak' --json
is "$(json '[line["type"] for line in lines]')" "['finding', 'finding', 'summary']" \
	"each line is an object, as the text has it"
is "$(json 'first["class"], first["cause"], sorted(first["stacks"])')" \
	"('stray-access', 'use-after-revoke', ['accessed_by', 'granted_by', 'revoked_by'])" \
	"a stray access, its cause and stacks"
is "$(json 'lines[1]["class"], lines[1]["boundary"]')" "('leak', 'syscall-exit')" \
	"a leak and its boundary"
is "$(json 'summary["findings"], summary["complete"]')" "(2, True)" "the verdict"

# --- depth of stacks ---------------------------------------------------------

for depth in 2 96; do
	ok "starts with --stack-depth $depth" trace_start --stack-depth $depth
	bug leak-error-path
	trace_stop
	cut=$(grep -c '(cut here: there are more; --stack-depth' <<<"$out")
	if [[ $depth == 2 ]]; then
		cmp_num "$cut" -ge 1 "a stack of more than $depth frames is marked as cut" || diag "$out"
		like "$out" 'BUG: pkstrace: leak in leak_error\+' "and begins where it should"
	else
		is "$cut" 0 "one that is complete is not"
		like "$out" 'entry_SYSCALL_64_after_hwframe' "it goes to its end"
	fi
done
one_line 2 "no such depth" "'97'.*stack-depth|stack-depth.*97" "$PKSTRACE" run --stack-depth 97 -d 1

done_testing
