#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Pairs of functions on Debian's own kernels, 4 CPUs, under a load that is correct:
# preemptible, and not. Nothing is found, nothing is lost, and each call is counted
# that the kernel's kprobe events count. PKS_ROUNDS=150 PKS_WINDOWS=5000000 is the
# long form.
#
# vm: kernel=debian-6.1,debian-6.12 cpus=4 append="preempt=full" timeout=900
# vm also: kernel=debian-6.12-rt append=""

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/lib/wait.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"
. "$PKS_TOP/tests/e2e/count.sh"

LOOPS=8
ROUNDS=${PKS_ROUNDS:-15}
WINDOWS=${PKS_WINDOWS:-40000} # of pipes: two for each byte
PREEMPT=/sys/kernel/debug/sched/preempt
PROBES=(grant revoke)

# A load that stops itself until it is told to go on. It and all its children have
# names by which the kernel knows them: both counts are of their calls only.
load_make() {
	local i

	ln -s /bin/true "$WORK/e2e_true" && ln -s /bin/ls "$WORK/e2e_ls" &&
		ln -s /bin/dd "$WORK/e2e_dd" || return
	for ((i = 0; i < 30; i++)); do
		mkdir -p "$WORK/tree/$i/a/b" && touch "$WORK/tree/$i/a/b/"{1,2,3} || return
	done
	cat >"$WORK/e2e_load" <<-'END'
		#!/bin/bash
		# LOOPS ROUNDS CMD...: CMD so many times in so many loops at once
		kill -STOP $$
		for ((i = 0; i < $1; i++)); do
			for ((j = 0; j < $2; j++)); do
				"${@:3}"
			done >/dev/null &
		done
		wait
	END
	cat >"$WORK/e2e_pipe" <<-'END'
		#!/bin/bash
		# BYTES: through a pipe, byte by byte
		dd=${0%/*}/e2e_dd
		"$dd" if=/dev/zero bs=1 count="$1" status=none | "$dd" bs=1 of=/dev/null status=none
	END
	chmod +x "$WORK/e2e_load" "$WORK/e2e_pipe"
}

is_stopped() {
	[[ $(<"/proc/$1/stat") == *') T '* ]]
}

# Counts the calls of both functions that the load makes.
witness_open() {
	local i function=("$@")

	for i in 0 1; do
		echo "p:e2e/${PROBES[i]} ${function[i]}" >>/sys/kernel/tracing/kprobe_events &&
			echo 'hist:keys=common_pid:size=16384 if comm ~ "e2e_*"' \
				>"$EVENTS/${PROBES[i]}/trigger" || return
	done
}

witness_missed() {
	awk '{ n += $3 } END { print n + 0 }' /sys/kernel/tracing/kprobe_profile
}

# A lock that another function took (mutex_lock_interruptible(), down_write_killable())
# and this one releases is an underflow by the pair that was named: all of these are to
# be found, and nothing else.
cat >"$WORK/suppressions" <<-'END'
	{
	   taken by another function
	   underflow
	}
END

# The number before the words in a line of the summary; 0 without such a line.
summary() {
	local number

	number=$(sed -n "s/^\(.*[^0-9]\)\{0,1\}\([0-9][0-9]*\) $1.*/\2/p" <<<"$out")
	echo "${number:-0}"
}

# NAME and the counts from before the load.
same_as_witness() {
	local name=$1 grants=$(($(count_of grant) - $2)) revokes=$(($(count_of revoke) - $3))

	is_clean "$name"
	is "$(granted)" $grants "$name: as many grants as the kernel's kprobes count"
	is $(($(summary suppressed) + $(summary 'windows granted before the trace'))) \
		$((revokes - grants)) "$name: as many revokes of what another function took"
	is "$(witness_missed)" 0 "$name: the second count missed nothing"
	cmp_num $grants -gt $((LOOPS * ROUNDS)) "$name: there was something to count"
	diag "$name: $grants grants, $revokes revokes"
}

# traced NAME ROUNDS GRANT REVOKE CMD...
traced() {
	local name=$1 rounds=$2 grant=$3 revoke=$4 load before

	ok "$name: a second count" witness_open "$grant" "$revoke"
	"$WORK/e2e_load" $LOOPS "$rounds" "${@:5}" &
	load=$!
	ok "$name: a load that waits" wait_until 30 is_stopped $load
	if ok "$name: starts" trace_start -p $load --suppressions "$WORK/suppressions" \
		--grant "$grant:arg0" --revoke "$revoke:arg0"; then
		before=("$(count_of grant)" "$(count_of revoke)")
		kill -CONT $load
		wait $load
		trace_wait
		same_as_witness "$name" "${before[@]}"
	else
		kill -KILL $load
	fi
	count_close
}

mutexes() {
	traced "$1: mutex" "$ROUNDS" mutex_lock mutex_unlock "$WORK/e2e_true"
}

rwsems() {
	traced "$1: rwsem" "$ROUNDS" down_write up_write "$WORK/e2e_ls" -R "$WORK/tree"
}

# Both ends of a pipe take its mutex, for each byte.
pipes() {
	traced "$1: pipe" 1 mutex_lock mutex_unlock "$WORK/e2e_pipe" $((WINDOWS / LOOPS / 2))
}

ok "a load" load_make || bail_out "no load"
[[ ! -e $PREEMPT ]] || like "$(<"$PREEMPT")" '\((full|lazy)\)' "preemptible"
mutexes "as booted"
rwsems "as booted"
pipes "as booted"
# Without preemption, as the kernel lets it be set while it runs.
if grep -qs voluntary $PREEMPT; then
	ok "voluntary" eval "echo voluntary >$PREEMPT"
	mutexes voluntary
	ok "none" eval "echo none >$PREEMPT"
	rwsems none
fi

done_testing
