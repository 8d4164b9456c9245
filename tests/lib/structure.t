#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tree by job: includes never go round in a circle, names of the kernel's stay
# in the kernel/ folders, each folder says what it is for. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

cd "$PKS_TOP" || bail_out "no $PKS_TOP"

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

list_includes >"$PKS_OUT/includes"
cmp_num "$(wc -l <"$PKS_OUT/includes")" -gt 200 "includes are found"
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
