#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tree by job: includes go one way through its folders and never round in a
# circle, names of the kernel's stay in the kernel/ folders, each folder says what it
# is for. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

cd "$PKS_TOP" || bail_out "no $PKS_TOP"

# A folder may include what stands to the right of it; user/ includes of bpf/ abi/ alone,
# and files at the top of user/ are the commands' own.
USER_FOLDERS=(cmd hunt inject trace report findings kernel util)
BPF_FOLDERS=(prog core kernel abi util)

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

# Where the file $1 stands in the row of folders $2...; -1 where it is in none of them.
rank_of() {
	local folder=${1#*/} i=0 name

	[[ $folder == */* ]] || folder=cmd/
	for name in "${@:2}"; do
		[[ ${folder%%/*} != "$name" ]] || {
			echo $i
			return
		}
		i=$((i + 1))
	done
	echo -1
}

# Includes in stdin, all from one row of folders, that go up or are of no row.
wrong_way() {
	local from to

	while read -r from to; do
		[[ $(rank_of "$from" "$@") -ge 0 &&
			$(rank_of "$to" "$@") -ge $(rank_of "$from" "$@") ]] ||
			echo "$from includes $to"
	done
}

# Includes of files in $2/ by files in $1/.
between() {
	grep "^$1/.* $2/" "$PKS_OUT/includes"
}

list_includes >"$PKS_OUT/includes"
cmp_num "$(wc -l <"$PKS_OUT/includes")" -gt 200 "includes are found"
is "$(between user user | wrong_way "${USER_FOLDERS[@]}")" "" \
	"includes of user/ go one way: ${USER_FOLDERS[*]}"
is "$(between bpf bpf | wrong_way "${BPF_FOLDERS[@]}")" "" \
	"includes of bpf/ go one way: ${BPF_FOLDERS[*]}"
is "$(between user bpf | grep -v ' bpf/abi/')" "" "user/ includes of bpf/ abi/ alone"
is "$(between bpf user)" "" "bpf/ includes nothing of user/"
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

# Fields are read by CO-RE, or straight from one of the kernel's structures.
CORE='BPF_CORE_READ|bpf_core_(field|type|enum|read)|preserve_access_index|__ksym'
STRUCTURE='\b(task|prev|parent|child|page|pgmap|inode|mapping|regs)->'
is "$(outside_kernel "$CORE|$STRUCTURE" | grep '^bpf/' |
	sed -E 's,/\*.*,,; s,(:[0-9]+:) \*.*,\1,' | grep -E "$CORE|$STRUCTURE")" "" \
	"fields of the kernel's structures are read in kernel/"

without_readme() {
	local folder

	find bpf user -mindepth 1 -type d | while read -r folder; do
		[[ -s $folder/README.md ]] || echo "$folder"
	done
}
is "$(without_readme)" "" "each folder has a README.md"


# A function that does not fit on a screen does more than one thing.
MOST_LINES=45
long_functions() {
	awk -v most=$MOST_LINES '
		/^{$/ { start = FNR }
		/^}$/ && start { if (FNR - start >= most) print FILENAME ":" start; start = 0 }
	' "${files[@]}"
}
is "$(long_functions)" "" "no function has more than $MOST_LINES lines"

# A folder that cannot be taken in at a glance has more than one job. A source and its
# header count as one.
MOST_FILES=14
crowded() {
	printf '%s\n' "${files[@]}" | sed -E 's,(\.bpf)?\.[ch]$,,' | sort -u | sed 's,/[^/]*$,,' |
		uniq -c | awk -v most=$MOST_FILES '$1 > most { print $2 ": " $1 }'
}
is "$(crowded)" "" "no folder has more than $MOST_FILES files"

done_testing
