#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The capabilities that are asked for: one list, in the code, in what `check`
# prints, and in the manual; without any of them each command refuses. That they
# suffice is shown where there is something to trace (tests/e2e/capabilities.t).

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

# As root of which only some capabilities are left.
with() {
	setpriv --bounding-set "$@"
}

"$PKSTRACE" check >/dev/null 2>&1
list=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$PKSTRACE" check 2>/dev/null |
	sed -n 's/^capabilities  *\(.*\): missing \(.*\)$/\1|\2/p')
[[ $EUID -eq 0 ]] || skip_all "needs root, to drop capabilities one by one"
is "${list%|*}" "${list#*|}" "nobody lacks all that check lists"
needed=(${list%|*})
cmp_num "${#needed[@]}" -ge 1 "check lists some"

all=-all
for name in "${needed[@]}"; do
	name=${name#CAP_}
	all+=,+${name,,}
done

for name in "${needed[@]}"; do
	low=${name#CAP_}
	for command in "run -d 1" "stat -d 1" snapshot "inject --skip-grant --whole-system --timeout 1" \
		"hunt -- true"; do
		words=($command)
		exits 3 "$command without $name" with "$all,-${low,,}" "$PKSTRACE" "${words[@]}"
		is "$TAP_OUTPUT" "pkstrace: not permitted to trace: missing $name; run as root, or with ${needed[*]}" \
			"$command without $name: one line that names it"
	done
	like "$(with "$all,-${low,,}" "$PKSTRACE" check 2>/dev/null)" \
		"capabilities +${needed[*]}: missing $name"$'\n' "check without $name says so"
done

like "$(with "$all" "$PKSTRACE" check 2>/dev/null)" "capabilities +${needed[*]}: all there" \
	"with just these, all are there"

# The same list wherever it is written.
names() {
	grep -o 'CAP_[A-Z_]*' <<<"$1" | sort -u | xargs
}
sorted=$(printf '%s\n' "${needed[@]}" | sort | xargs)
# What is asked for; what is kept, and what suffices for less, stands there, too.
is "$(names "$(cat "$PKS_TOP"/README.md "$PKS_TOP"/user/doc/*.md)
$(sed -n '/^\.BR run ", " stat ", " snapshot/,/^\.TP/p' "$PKS_TOP"/user/doc/pkstrace.1)")" "$sorted" \
	"the manual pages name these, and no document others"
is "$(names "$(grep -rhoE '"[^"]*CAP_[^"]*"' "$PKS_TOP/user" --include='*.[ch]')")" "$sorted" \
	"the code's strings name no others"

done_testing
