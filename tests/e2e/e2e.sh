# SPDX-License-Identifier: GPL-2.0-only
#
# For the tests in this directory, which run pkstrace inside the test VM:
# source it after tests/lib/tap.sh.
#
#	tool ARGS...		runs `pkstrace ARGS` to its end: $status, $out, $err
#	trace_start ARGS...	starts `pkstrace run ARGS` (or $TRACE_COMMAND); returns when it is
#				attached (1 if it ended before that)
#	trace_stop [SIGNAL]	sends it SIGNAL (default INT) and waits for it
#	trace_wait		waits for it
#				both leave its exit status in $status, what it
#				printed in $out and $err
#	granted			windows granted, by the summary in $out
#	pairs N [FILE]		N balanced windows in a process of its own
#	bug CASE		runs a case of the bug driver in a shell that ends
#	is_clean NAME		three assertions: status 0, "no finding", complete
#	dax_mount FS		makes FS on $PMEM and mounts it with DAX on $MNT
#	at_once N CMD ARGS...	runs CMD N times at the same time and waits for all
#	killed_early ARGS...	kill -9 for a `pkstrace ARGS` that begins to attach
#	objects			numbers of programs, maps and links in the kernel
#	settled_at OBJECTS	true when they come to that within some seconds

PMEM=/dev/pmem0
MNT=/mnt/e2e
DRIVER_DIR=/sys/kernel/debug/pkstrace_bugs
WORK=$(mktemp -d /tmp/e2e.XXXXXX)
. "$PKS_TOP/tests/lib/dax.sh"
PKSTRACE=${PKSTRACE:?run through tests/run}

trace_pid='' status='' out='' err=''

e2e_cleanup() {
	[[ -z $trace_pid ]] || kill -9 "$trace_pid" 2>/dev/null
	! mountpoint -q "$MNT" || umount "$MNT"
	rmmod pkstrace_bugs 2>/dev/null
	rm -rf "$WORK"
}
trap e2e_cleanup EXIT

driver_load() {
	local error

	[[ -d $DRIVER_DIR ]] && return
	error=$(insmod "${PKS_DRIVER:?}" dev="$PMEM" 2>&1) ||
		bail_out "$error; $(dmesg | grep pkstrace_bugs: | tail -n 1)"
}

pairs() {
	(echo "$1" >"$DRIVER_DIR/${2:-pairs}")
}

bug() {
	(echo "$1" >"$DRIVER_DIR/run")
}

tool() {
	"$PKSTRACE" "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
	status=$?
	out=$(<"$WORK/out")
	err=$(<"$WORK/err")
}

trace_start() {
	# Here, for the one in the background may come to it after the first look below.
	: >"$WORK/err"
	"$PKSTRACE" "${TRACE_COMMAND:-run}" "$@" >"$WORK/out" 2>"$WORK/err" </dev/null &
	trace_pid=$!
	wait_attached "$trace_pid" "$WORK/err" && return
	diag "pkstrace ${TRACE_COMMAND:-run} $*: not attached: $(<"$WORK/err")"
	return 1
}

trace_wait() {
	wait "$trace_pid"
	status=$?
	trace_pid=
	out=$(<"$WORK/out")
	err=$(<"$WORK/err")
}

trace_stop() {
	kill -"${1:-INT}" "$trace_pid"
	trace_wait
}

granted() {
	sed -n 's/^pkstrace: \([0-9]*\) windows granted.*/\1/p' <<<"$out"
}

is_clean() {
	is "$status" 0 "$1: exit status 0" || diag "$out" "$err"
	like "$out" 'pkstrace: no findings; complete: nothing was lost' "$1: no finding, complete" ||
		diag "$err"
}

at_once() {
	local i jobs=() status=0

	for ((i = 0; i < $1; i++)); do
		"${@:2}" &
		jobs+=($!)
	done
	for i in "${jobs[@]}"; do
		wait "$i" || status=1
	done
	return $status
}

# Freed a moment after the last reference.
objects() {
	local kind

	for kind in prog map link; do
		bpftool "$kind" list | grep -c '^[0-9]*:'
	done | xargs
}

objects_are() {
	[[ $(objects) == "$1" ]]
}

objects_are_not() {
	! objects_are "$1"
}

settled_at() {
	wait_until 10 objects_are "$1" && return
	diag "programs, maps, links: $(objects), expected $1"
	diag "$(bpftool prog list | grep '^[0-9]*:')"
	return 1
}

killed_early() {
	local before early

	before=$(objects)
	"$PKSTRACE" "$@" >"$WORK/out" 2>"$WORK/err" </dev/null &
	early=$!
	wait_until 60 objects_are_not "$before"
	kill -9 $early
	wait $early 2>/dev/null
}

[[ -x $PKSTRACE ]] || bail_out "no $PKSTRACE: run make"
