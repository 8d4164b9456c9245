#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The bug driver does what its table says, as the kernel's own tracer sees it:
# as many faults as stray accesses, and the functions that grant, revoke and
# access are those of the table.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

FAULT=$TRACING/events/exceptions/page_fault_kernel

# The caller of the grant where a library opens the window for the case.
declare -A library=([walk_update]=sg_miter_next)
# Faults of a case that are no stray accesses: another key's.
declare -A other_faults=([other-key]=1)

trace_start() {
	echo 20000 >"$TRACING/buffer_size_kb"
	printf '%s\n' "$KMAP_GRANT" "$KMAP_REVOKE" >"$TRACING/set_ftrace_filter"
	echo 'error_code & 0x20' >"$FAULT/filter"
	echo function >"$TRACING/current_tracer"
	echo 1 >"$FAULT/enable"
}

trace_stop() {
	echo 0 >"$FAULT/enable"
	echo 0 >"$FAULT/filter"
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/set_ftrace_filter"
	echo 1 >"$TRACING/tracing_on"
}

# Runs every case with a mark before it in the trace, which must be off when
# it is read, for reading makes more of it.
run_cases() {
	local name rest

	while IFS=$'\t' read -r name rest; do
		echo "case $name" >"$TRACING/trace_marker"
		driver "$name" 2>/dev/null
		status[$name]=$?
	done <"$DRIVER_DIR/cases"
	echo 0 >"$TRACING/tracing_on"
}

# What the trace has of the driver's functions, by case: trace[NAME].
read_trace() {
	local line name=''

	{
		cut -f 3-5 "$DRIVER_DIR/cases" | tr '\t,' '\n' | sort -u | grep -vx -- -
		printf '%s\n' "${library[@]}"
	} >"$PKS_OUT/functions"
	grep -F -e 'tracing_mark_write:' -e page_fault_kernel: -f "$PKS_OUT/functions" \
		"$TRACING/trace" >"$PKS_OUT/trace"
	while read -r line; do
		case $line in
		*tracing_mark_write:*) name=${line##* } ;;
		*) trace[$name]+=$line$'\n' ;;
		esac
	done <"$PKS_OUT/trace"
}

# The victim of the cases that write to a file's page.
make_victim() {
	dax_mount ext4 &&
		dd if=/dev/zero of="$MNT/victim" bs=4096 count=1 conv=fsync status=none &&
		echo "$MNT/victim" >"$DRIVER_DIR/victim"
}

# Each function of column $1 (comma-separated, "-" for none) is in the case's
# trace after $2. Of a library's function the compiler may have made parts.
in_trace() {
	local fn

	for fn in ${1//,/ }; do
		[[ $fn == - || ${trace[$name]-} =~ $2${library[$fn]-$fn}(\.[a-z0-9.]+)?[[:space:]] ]] ||
			problem+="; no '$2$fn'"
	done
}

# How often $2 is in $1.
occurrences() {
	local without=${1//"$2"/}

	echo $(((${#1} - ${#without}) / ${#2}))
}

check_case() {
	local problem='' strays faults

	[[ ${status[$name]} -eq 0 ]] || problem+="; status ${status[$name]}"
	[[ $partner == - || -n ${status[$partner]-} ]] || problem+="; no partner $partner"
	strays=$(occurrences "$class" stray-access)
	faults=$(occurrences "${trace[$name]-}" page_fault_kernel:)
	[[ $faults -eq $((strays + ${other_faults[$name]-0})) ]] || problem+="; $faults faults"
	in_trace "$granted" "[[:space:]]$KMAP_GRANT <-"
	in_trace "$revoked" "[[:space:]]$KMAP_REVOKE <-"
	in_trace "$accessed" 'page_fault_kernel: .* ip='
	if [[ -z $problem ]]; then
		pass "$name: $class"
	else
		fail "$name: $class" "${problem#; }"$'\n'"${trace[$name]-}"
	fi
}

declare -A status trace
mkdir -p "$PKS_OUT"
load_module "${PKS_DRIVER:?}" dev="$PMEM"
ok "a file on DAX to be the victim" make_victim || bail_out "$TAP_OUTPUT"
trace_start
run_cases
read_trace
trace_stop
like "$(grep -c . "$PKS_OUT/functions")" '^[0-9]{2,}$' "the table names functions"
buggy=0
while IFS=$'\t' read -r name class granted revoked accessed seen partner; do
	check_case
	[[ $class == none || $seen == - ]] || buggy=$((buggy + 1))
done <"$DRIVER_DIR/cases"
cmp_num "$buggy" -ge 45 "there are at least 45 buggy cases"

is "$(proof kmap-local)" "before closed 0
mapped open 1
unmapped closed 0" "no case has spoilt the next process"
unlike "$(kernel_log)" 'pkstrace_bugs: the worker' "every worker was put right"

not_ok_cmd "an unknown case is refused" driver no-such-case
like "$(dmesg | tail -n 1)" "no case 'no-such-case'" "with a line that says so"

done_testing
