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

trace_start() {
	echo 0 >"$TRACING/tracing_on"
	printf '%s\n' pgmap_set_readwrite pgmap_set_noaccess >"$TRACING/set_ftrace_filter"
	echo 'error_code & 0x20' >"$FAULT/filter"
	echo function >"$TRACING/current_tracer"
	echo 1 >"$FAULT/enable"
}

trace_stop() {
	echo 0 >"$FAULT/enable"
	echo 0 >"$FAULT/filter"
	echo nop >"$TRACING/current_tracer"
	echo 1 >"$TRACING/tracing_on"
	echo >"$TRACING/set_ftrace_filter"
}

# The victim of the cases that write to a file's page.
make_victim() {
	dax_mount ext4 &&
		dd if=/dev/zero of="$MNT/victim" bs=4096 count=1 conv=fsync status=none &&
		echo "$MNT/victim" >"$DRIVER_DIR/victim"
}

# Each function of column $1 (comma-separated, "-" for none) is in the trace
# after $2.
in_trace() {
	local fn

	for fn in ${1//,/ }; do
		[[ $fn == - ]] || grep -Eq "$2$fn\\b" <<<"$trace" || {
			problem+="; no '$2$fn'"
			return
		}
	done
}

check_case() {
	local problem= stray faults others

	# Off while it is read, for reading makes more of it.
	echo >"$TRACING/trace"
	echo 1 >"$TRACING/tracing_on"
	driver "$name" 2>/dev/null || problem+="; status $?"
	echo 0 >"$TRACING/tracing_on"
	trace=$(grep -v kernel_init_pages "$TRACING/trace")
	others=${class//stray-access/}
	stray=$(((${#class} - ${#others}) / 12))
	faults=$(grep -c page_fault_kernel: <<<"$trace")
	[[ $faults -eq $stray ]] || problem+="; $faults faults"
	in_trace "$granted" 'pgmap_set_readwrite <-'
	in_trace "$revoked" 'pgmap_set_noaccess <-'
	in_trace "$accessed" 'page_fault_kernel: .* ip='
	[[ -z $problem ]] && pass "$name: $class" || fail "$name: $class" "${problem#; }
$trace"
}

load_module "${PKS_DRIVER:?}" dev="$PMEM"
ok "a file on DAX to be the victim" make_victim || bail_out "$TAP_OUTPUT"
trace_start
buggy=0
while IFS=$'\t' read -r name class granted revoked accessed seen partner; do
	check_case
	[[ $class == none || $seen == - ]] || buggy=$((buggy + 1))
	[[ $partner == - ]] || like "$(cut -f 1 "$DRIVER_DIR/cases")" \
		"(^|"$'\n'")$partner("$'\n'"|\$)" "$name has its partner"
done <"$DRIVER_DIR/cases"
trace_stop
cmp_num "$buggy" -ge 45 "there are at least 45 buggy cases"

is "$(proof kmap-local)" "before closed 0
mapped open 1
unmapped closed 0" "no case has spoilt the next process"
unlike "$(dmesg)" 'pkstrace_bugs: the worker' "every worker was put right"

not_ok_cmd "an unknown case is refused" driver no-such-case
like "$(dmesg | tail -n 1)" "no case 'no-such-case'" "with a line that says so"

done_testing
