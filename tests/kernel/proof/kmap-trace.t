#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# KMAP_TRACE: every map and unmap of a page passes a function with page and
# address, and the thread counts, while the switch is held open and no longer.
#
# vm: kernel=kmap-trace cpu=max,-pks

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

SWITCH=/sys/kernel/debug/kmap_trace
DIR=/sys/kernel/debug/kmap_proof
TRACING=/sys/kernel/debug/tracing

# Each sets REPLY, in this shell, whose own count it is about.
own_count() { read -r REPLY <$DIR/count; }
map() { read -r REPLY <$DIR/map; }
unmap() { read -r REPLY <$DIR/unmap; }

# Calls of $1 so far, as the kernel's function profiler has them.
calls_of() {
	cat $TRACING/trace_stat/function[0-9]* |
		awk -v name="$1" '$1 == name { n += $2 } END { print n + 0 }'
}

copy_to_ramdisk() { dd if=/dev/zero of=/dev/ram0 bs=64k count=16 oflag=direct status=none; }

profile_start() {
	echo 0 >$TRACING/function_profile_enabled
	printf '%s\n' kmap_trace_map kmap_trace_unmap >$TRACING/set_ftrace_filter
	echo 1 >$TRACING/function_profile_enabled
}

profile_stop() { echo 0 >$TRACING/function_profile_enabled; }

[[ -e $SWITCH ]] || skip_all "this kernel has no KMAP_TRACE"
for name in kmap_trace_map kmap_trace_unmap; do
	ok "$name can be attached to" grep -qx $name $TRACING/available_filter_functions
done
ok "the module" insmod "${PKS_PROOF%/*}/kmap_proof.ko" || bail_out "$TAP_OUTPUT"
exits 1 "the CPU need not have PKS" grep -qw pks /proc/cpuinfo

every_call() {
	local name

	for name in local_page local_page_prot local_folio local_pfn atomic atomic_prot atomic_pfn; do
		echo "$name $1 0"
	done
}

is "$(cat $DIR/calls)" "$(every_call 0)" "off: nothing counts"
profile_start
copy_to_ramdisk
profile_stop
is "$(calls_of kmap_trace_map)" 0 "off: nothing is called"

exec {switch}<$SWITCH
is "$(cat $DIR/calls)" "$(every_call 1)" "on: every way to map counts, and the way back"
profile_start
ok "a driver's traffic" copy_to_ramdisk
profile_stop
cmp_num "$(calls_of kmap_trace_map)" -ge 256 "on: the RAM disk's driver maps every page"
is "$(calls_of kmap_trace_unmap)" "$(calls_of kmap_trace_map)" "as many unmaps as maps"

echo 'p:map kmap_trace_map page=%di:x64 addr=%si:x64' >$TRACING/kprobe_events
echo 'p:unmap kmap_trace_unmap page=%di:x64 addr=%si:x64' >>$TRACING/kprobe_events
echo 1 >$TRACING/events/kprobes/enable
map; mapped=$REPLY
is "$(cat $DIR/count)" 0 "another process has a count of its own"
own_count
is "$REPLY" 1 "mapped: 1"
unmap
own_count
is "$REPLY" 0 "unmapped: 0"
echo 0 >$TRACING/events/kprobes/enable
seen=$(sed -n "s/^.*-$$ .* \(un\)\?map: .* page=\(.*\) addr=/\1 \2 /p" $TRACING/trace |
	grep -wF "${mapped% *}")
echo >$TRACING/kprobe_events
# This shell mapped others, too, when it made processes.
is "$seen" " $mapped
un $mapped" "page and address are those of the map, in both functions"

map
is "$(cat $DIR/thread)" 0 "a thread made with a page mapped starts with 0"
own_count
is "$REPLY" 1 "a page stays mapped over system calls"
exec {second}<$SWITCH
own_count
is "$REPLY" 1 "a second tracer changes nothing"
exec {switch}<&-
unmap
own_count
is "$REPLY" 0 "it is on until the last one ends"

map
exec {second}<&-
unmap
own_count
is "$REPLY" 1 "off again: a count stays as it is"
exec {switch}<$SWITCH
own_count
is "$REPLY" 0 "on again: it starts from 0"
exec {switch}<&-

map
exec {switch}<$SWITCH
unmap
own_count
is "$REPLY" -1 "a page mapped before that is one unmap too many"
exec {switch}<&-

# shellcheck disable=SC2217 # it only holds the file open
sleep 1000 <$SWITCH &
holder=$!
held() {
	[[ $(readlink "/proc/$holder/fd/0") == "$SWITCH" ]]
}
wait_until 10 held
is "$(cat $DIR/calls)" "$(every_call 1)" "on while a process holds it"
kill -9 $holder
wait $holder 2>/dev/null
is "$(cat $DIR/calls)" "$(every_call 0)" "off when that is killed"
ok "the module can be unloaded" rmmod kmap_proof

done_testing
