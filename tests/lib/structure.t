#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tree by job: includes go one way through its folders and never round in a
# circle, names of the kernel's stay in the kernel/ folders, each folder says what it
# is for. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

cd "$PKS_TOP" || bail_out "no $PKS_TOP"

# A folder of user/ may include what stands to the right of it, and of bpf/ abi/ alone;
# files at the top of user/ are the commands' own.
FOLDERS=(cmd hunt inject trace report findings kernel util)

mkdir -p "$PKS_OUT"
mapfile -t files < <(find bpf user -name '*.[ch]' | sort)

# The file that #include "$2" in the file $1 means: as the compiler looks, with -Ibpf -Iuser.
included_file() {
	local dir

	for dir in "${1%/*}" bpf user; do
		[[ ! -e $dir/$2 ]] || {
			printf '%s/%s\n' "$dir" "$2"
			return
		}
	done
}

# "FILE INCLUDED" for each include of one of our files.
list_includes() {
	local file name

	while IFS=: read -r file name; do
		name=$(included_file "$file" "$name")
		[[ -z $name ]] || printf '%s %s\n' "$file" "$name"
	done < <(grep -o '^#include "[^"]*"' "${files[@]}" | sed 's/#include "\(.*\)"/\1/')
}

# Where the file stands in its row of folders; -1 where it is in none of them.
rank_of() {
	local folder=${1#*/} i

	[[ $folder == */* ]] || folder=cmd/
	for i in "${!FOLDERS[@]}"; do
		[[ ${folder%%/*} != "${FOLDERS[i]}" ]] || {
			echo "$i"
			return
		}
	done
	echo -1
}

# Includes of user/ that go up, out of a folder of no row, or into BPF programs.
wrong_way() {
	local from to

	while read -r from to; do
		if [[ $to == bpf/* ]]; then
			[[ $to == bpf/abi/* ]] || echo "$from includes $to"
		elif [[ $(rank_of "$from") -lt 0 || $(rank_of "$to") -lt $(rank_of "$from") ]]; then
			echo "$from includes $to"
		fi
	done
}

list_includes >"$PKS_OUT/includes"
cmp_num "$(wc -l <"$PKS_OUT/includes")" -gt 200 "includes are found"
is "$(grep '^user/' "$PKS_OUT/includes" | wrong_way)" "" "includes of user/ go one way: ${FOLDERS[*]}"
tsort "$PKS_OUT/includes" >/dev/null 2>"$PKS_OUT/circles"
is "$(<"$PKS_OUT/circles")" "" "no includes form a circle"

# Lines that match $1, outside the folder kernel/.
outside_kernel() {
	grep -nE "$1" "${files[@]}" | grep -vE '^(bpf|user)/kernel/|:#include '
}

SYMBOL='(__)?(pgmap|dax_set|kmap|kunmap|pks_(update|save|restore|handle|mk|set|write))_[a-z_]+'
is "$(outside_kernel "\"([^\"]*[^a-z_\"])?$SYMBOL([^a-z_\"][^\"]*)?\"")" "" \
	"names of the kernel's functions stand in kernel/"
is "$(outside_kernel '"/sys/(kernel|module)/')" "" "so do the paths of its files"

without_readme() {
	local folder

	for folder in bpf/*/ user/*/; do
		[[ -s ${folder}README.md ]] || echo "$folder"
	done
}
is "$(without_readme)" "" "each folder has a README.md"

done_testing
