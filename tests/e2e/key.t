#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The pgmaps' protection key is the kernel's: each way to find it comes to the same; without
# it nothing is judged that depends on it; and a fault on another key is not ours.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

key_line() {
	"$PKSTRACE" check | sed -n 's/^pgmap key *//p'
}

driver_load

key=$(key_line)
like "$key" '^[1-9][0-9]*, by ' "check: the key, and how it was found"
number=${key%%,*}
is "$(PKSTRACE_PKEY=callbacks key_line)" \
	"$number, by the kernel's table of who handles a key's faults" "the table of callbacks has it"
is "$(PKSTRACE_PKEY=grant key_line)" "$number, by watching a grant" "a grant shows it"
is "$(PKSTRACE_PKEY=9 key_line)" "9, given by PKSTRACE_PKEY" "it can be given"

trace_start
bug stray-write
pairs 100
for i in {1..8}; do
	bug other-key
done
trace_stop
like "$out" "PKRS 0x[0-9a-f]+ \(key $number: no access\)" "a stray access tells the pgmaps' key"
like "$out" '(^|
)8 faults on other keys: 14
' "faults on another key are counted, by key"
like "$out" 'pkstrace: 1 finding \(1 stray-access\); complete: nothing was lost' \
	"and are neither findings nor lost"

export PKSTRACE_PKEY=none
like "$(key_line)" '^not found: ' "where it can't be found, check says so"
trace_start
bug hrtimer-hits-grant
bug residue
pairs 100
bug other-key
trace_stop
unset PKSTRACE_PKEY
like "$err" "blind: the pgmaps' protection key was not found" "so does a run"
like "$out" '1 fault on other keys: 14
' "whom the kernel asks still tells whose a fault is"
like "$out" 'pkstrace: 1 finding \(1 stray-access\); complete: nothing was lost' \
	"nothing is judged by a key that is not known, all else is"
like "$out" "PKRS 0x[0-9a-f]+ \(key $number: no access\)" "the page's own key is read off its mapping"

done_testing
