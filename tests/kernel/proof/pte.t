#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The key is in the kernel's page tables for every protected page and for no other.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/kernel/proof/proof.sh"

tables=$(proof pte)
diag "$tables"

# field RANGE NAME: the number that the walk of RANGE found.
field() { sed -n "s/^$1 .*\<$2=\([0-9]*\).*/\1/p" <<<"$tables "; }

pgmap_pages=$(sed -n 's/^pgmap pages=//p' <<<"$tables")
cmp_num "$pgmap_pages" -gt 0 "there is a protected pgmap"
is "$(field direct-map keyed)" "$pgmap_pages" "every page of the pgmap has the key"
is "$(field direct-map outside)" 0 "no other page of the direct map has one"
cmp_num "$(field direct-map pages)" -gt $((pgmap_pages * 2)) "the walk saw the rest of memory"
for range in vmalloc vmemmap kernel; do
	cmp_num "$(field $range pages)" -gt 0 "the walk saw $range"
	is "$(field $range keyed) $(field $range other_key)" "0 0" "no key in $range"
done
is "$(field direct-map other_key)" 0 "no key but the pgmap's is in use"

ok "the CPU has PKS" grep -qw pks /proc/cpuinfo

done_testing
