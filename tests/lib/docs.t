#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The documents hold together: links lead somewhere, the front page stays short,
# the guide for hackers has every folder, and every class and cause is explained.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

cd "$PKS_TOP" || bail_out "no $PKS_TOP"

documents() {
	find . -name build -prune -o -name '*.md' -print | sort
}

# Headings as GitHub makes anchors of them.
anchors() {
	sed -nE '/^```/,/^```/!s/^#+ //p' "$1" | tr '[:upper:]' '[:lower:]' |
		sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# Links of a document that lead nowhere, outside of code.
broken_links() {
	local target file anchor

	while read -r target; do
		file=${target%%#*} anchor=${target#"${target%%#*}"}
		[[ $target != *://* ]] || continue
		file=${file:+$(dirname "$1")/$file}
		if [[ ! -e ${file:=$1} ]]; then
			printf '%s: no %s\n' "$1" "$target"
		elif [[ -n $anchor ]]; then
			grep -qxF -- "${anchor#\#}" <(anchors "$file") ||
				printf '%s: no heading %s\n' "$1" "$target"
		fi
	done < <(sed '/^```/,/^```/d; s/`[^`]*`//g' "$1" | grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//')
}

# Names of the enum $1 of the wire ABI, as the user sees them.
names_of() {
	sed -n "/^enum $1 {/,/^}/p" bpf/abi/*.h | grep -oE '^\sPKS_[A-Z_]+' |
		grep -vE 'PKS_(NR_|.*_NONE)' | tr -d '\t' | sed 's/PKS_//' | tr 'A-Z_' 'a-z-'
}

test_links() {
	local file broken

	for file in $(documents); do
		broken=$(broken_links "$file")
		is "$broken" '' "$file: its links lead somewhere"
	done
}

test_folders() {
	local folder

	for folder in $(find bpf user -mindepth 1 -type d | sort); do
		ok "$folder: is in the guide for hackers" \
			grep -qF "](../../$folder/README.md)" user/doc/hacking.md
	done
}

# Classes without an example: their title, as a report prints it.
without_example() {
	local name

	for name in $(names_of pks_class); do
		grep -qE "^(\[.*\] )?BUG: pkstrace: $name in " user/doc/findings.md || echo "$name"
	done
}

test_findings() {
	local headings name

	headings=$(sed -nE 's/^##+ //p' user/doc/findings.md)
	cmp_num "$(names_of pks_class | wc -l)" -ge 11 "the wire ABI names the classes"
	cmp_num "$(names_of pks_cause | wc -l)" -ge 6 "... and the causes"
	for name in $(names_of pks_class) $(names_of pks_cause); do
		like $'\n'"$headings"$'\n' $'\n'"$name"$'\n' "$name: is explained"
	done
}

test_links
is "$(without_example)" "" "each class has an example of its report"
cmp_num "$(wc -l <README.md)" -lt 150 "the front page has less than 150 lines"
test_folders
test_findings
done_testing
