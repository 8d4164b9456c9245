#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A name that several functions have is never taken for one of them silently: an error
# lists them, and MODULE:FUNCTION chooses.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

driver_load
insmod "${PKS_HUNT:?}" dev="$PMEM" 2>/dev/null ||
	bail_out "$(dmesg | grep pkstrace_hunt: | tail -n 1)"

# Names that the kernel has several times, in itself and in both drivers.
mapfile -t twice < <(awk '$2 ~ /[tT]/ && !$4 { n[$3]++ } END { for (f in n) if (n[f] > 1) print f }' \
	/proc/kallsyms | grep -E '^(m_start|m_stop|c_start|c_stop)$' | sort)
both=device_file_open
is "$(grep -c " $both\s" /proc/kallsyms)" 2 "both drivers have a function of one name"

if [[ ${#twice[@]} -ge 2 ]]; then
	one_line 2 "a pair of names that are not the only ones" \
		"'${twice[0]}': [2-9] functions have this name: 0x[0-9a-f]+ \[vmlinux\], 0x[0-9a-f]+ \[vmlinux\].*; nothing tells those of one module apart" \
		"$PKSTRACE" run -d 1 --grant "${twice[0]}" --revoke "${twice[1]}"
else
	skip 3 "optional: this kernel has no such names"
fi
one_line 2 "a name that two modules have" \
	"'$both': 2 functions have this name: 0x[0-9a-f]+ \[pkstrace_(bugs|hunt)\], 0x[0-9a-f]+ \[pkstrace_(bugs|hunt)\]; give MODULE:FUNCTION" \
	"$PKSTRACE" run -d 1 --grant "$both" --revoke user_pair_drop
one_line 2 "a module that has no such function" "'pkstrace_hunt:user_pair_take': no such function" \
	"$PKSTRACE" run -d 1 --grant pkstrace_hunt:user_pair_take --revoke user_pair_drop
one_line 2 "a call site that two modules have" "'$both': 2 functions have this name" \
	"$PKSTRACE" inject --skip-revoke --call-site "$both" -- true
one_line 2 "no name at all" "give FUNC:argN" "$PKSTRACE" run -d 1 --grant : --revoke user_pair_drop

# The one that is meant, and not the other.
for module in pkstrace_bugs pkstrace_hunt; do
	ok "$module: starts" trace_start --grant "$module:$both" --revoke pkstrace_bugs:user_pair_drop
	for i in 1 2 3; do
		: <"$DRIVER_DIR/pairs"
	done
	trace_stop
	is "$(granted)" "$([[ $module == pkstrace_bugs ]] && echo 3 || echo 0)" "$module: its calls only" ||
		diag "$out" "$err"
	unlike "$out" 'LOST: call-site table full' "$module: no table is full"
done

# Where the module is named and nothing else is, nothing changes.
ok "starts with modules named" trace_start --grant pkstrace_bugs:user_pair_take:arg1 \
	--revoke pkstrace_bugs:user_pair_drop:arg0
(echo "+0 +1 -1 -0" >"$DRIVER_DIR/user_pair")
trace_stop
is_clean "a pair of one module"
is "$(granted)" 2 "its windows are counted"

rmmod pkstrace_hunt
done_testing
