# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2034 # variables for the tests
#
# For the proofs in this directory: source it after tests/lib/tap.sh.
#
#	proof NAME		prints what pks_proof shows for NAME
#	driver CASE		runs a case of the bug driver in a shell that ends
#	kernel_log		the kernel's log since the test began
#	stray_warnings		how often the kernel has warned of a stray access
#				since the test began
#	rearm_warning		lets it warn once more
#	fault_mode [MODE]	prints or sets memremap.pks_fault_mode
#	dax_mount FS		makes FS on $PMEM and mounts it with DAX on $MNT
#	$KMAP_GRANT, $KMAP_REVOKE
#				the functions that a kmap of a protected page
#				calls in this kernel's layout
#	$PGMAP_GRANT, $PGMAP_REVOKE
#				those of a whole pgmap, as the file systems call them
#	count_start GRANT REVOKE, count_stop
#				count the calls of two functions with the kernel's
#				own profiler: "GRANTS REVOKES"

PMEM=/dev/pmem0
MNT=/mnt/proof
PROOF_DIR=/sys/kernel/debug/pks_proof
DRIVER_DIR=/sys/kernel/debug/pkstrace_bugs
MODE_FILE=/sys/module/memremap/parameters/pks_fault_mode
TRACING=/sys/kernel/debug/tracing
. "$PKS_TOP/tests/lib/dax.sh"
WARNING='Page map protection being disabled'

proof_cleanup() {
	mountpoint -q "$MNT" && umount "$MNT"
	rmmod pks_proof pkstrace_bugs 2>/dev/null
	echo relaxed 2>/dev/null >"$MODE_FILE"
}
trap proof_cleanup EXIT

[[ -e $MODE_FILE ]] || skip_all "this kernel has no protected device memory"

traceable() {
	grep -qx "$1" "$TRACING/available_filter_functions"
}

# The seventh and eighth version of the series have another verb.
verb="set"
! traceable __pgmap_mk_readwrite || verb=mk
PGMAP_GRANT=__pgmap_${verb}_readwrite PGMAP_REVOKE=__pgmap_${verb}_noaccess
# Out of line they get the page; with an inline check they get the pgmap.
KMAP_GRANT=pgmap_${verb}_readwrite KMAP_REVOKE=pgmap_${verb}_noaccess
traceable "$KMAP_GRANT" || KMAP_GRANT=$PGMAP_GRANT KMAP_REVOKE=$PGMAP_REVOKE

# Loads each module at most once: $1 is the file, $2... its parameters.
load_module() {
	local name=${1##*/} error

	name=${name%.ko}
	[[ -d /sys/module/$name ]] && return
	error=$(insmod "$@" 2>&1) ||
		bail_out "$error; $(dmesg | grep "$name: " | tail -n 1)"
}

# A reader of its own each time: a proof may leave its thread's count wrong.
proof() {
	load_module "${PKS_PROOF:?}" dev="$PMEM"
	cat "$PROOF_DIR/$1"
}

driver() {
	load_module "${PKS_DRIVER:?}" dev="$PMEM"
	(echo "$1" >"$DRIVER_DIR/run")
}

# From a mark on, or all if the log has lost the mark and what was before it.
kernel_log() {
	dmesg | awk -v begin="$BEGIN_MARK" '
		index($0, begin) { n = 0 }
		{ line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }'
}

stray_warnings() { kernel_log | grep -c "$WARNING"; }

rearm_warning() { echo 1 >/sys/kernel/debug/clear_warn_once; }

fault_mode() {
	if [[ $# -gt 0 ]]; then
		echo "$1" >"$MODE_FILE"
	else
		cat "$MODE_FILE"
	fi
}

count_start() {
	counted=("$@")
	echo 0 >"$TRACING/function_profile_enabled"
	printf '%s\n' "$@" >"$TRACING/set_ftrace_filter"
	echo 1 >"$TRACING/function_profile_enabled"
}

count_stop() {
	echo 0 >"$TRACING/function_profile_enabled"
	cat "$TRACING"/trace_stat/function[0-9]* |
		awk -v grant="${counted[0]}" -v revoke="${counted[1]}" '
			$1 == grant { grants += $2 }
			$1 == revoke { revokes += $2 }
			END { print grants + 0, revokes + 0 }'
	echo >"$TRACING/set_ftrace_filter"
}

rearm_warning
BEGIN_MARK="pks-proof: begin $$"
echo "$BEGIN_MARK" >/dev/kmsg
