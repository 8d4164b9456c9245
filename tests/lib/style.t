#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The form of all sources: scripts without a complaint of shellcheck or pyflakes,
# a licence in each file, no third language in the tests. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

cd "$PKS_TOP" || bail_out "no $PKS_TOP"

# All files but what was built, with or without git.
sources() {
	find . \( -path ./build -o -path ./.git -o -name __pycache__ \) -prune -o \
		-type f -print | sed 's,^\./,,' | sort
}

# Of the files in stdin, those that end in $2 or whose first line names the interpreter $1.
scripts() {
	local file first

	while read -r file; do
		[[ $file == *$2 ]] || {
			read -r first <"$file"
			[[ $first =~ ^'#!'.*[/\ ]($1)$ ]]
		} && printf '%s\n' "$file"
	done 2>/dev/null
}

# The command has nothing to say about the files that are listed in the file $2.
no_complaint() {
	local name=$1 list=$2

	shift 2
	command -v "$1" >/dev/null || {
		skip 1 "no $1: run tests/setup"
		return
	}
	cmp_num "$(wc -l <"$list")" -gt 10 "$name: there are files"
	ok "$name" xargs -a "$list" -d '\n' -n 16 -P "$(nproc)" "$@"
}

mkdir -p "$PKS_OUT"
sources | scripts 'bash|sh' .sh >"$PKS_OUT/shell"
sources | scripts python3 .py >"$PKS_OUT/python"
no_complaint "shell scripts pass shellcheck" "$PKS_OUT/shell" shellcheck -s bash
no_complaint "Python passes pyflakes" "$PKS_OUT/python" pyflakes3

without_licence() {
	sources | grep -v -e '^LICENSE$' -e '\.patch$' -e '\.md$' -e '^\.gitignore$' \
		-e '^tests/unit/golden/' -e '^tests/fuzz/corpus/' |
		xargs -d '\n' grep -L SPDX-License-Identifier
}
is "$(without_licence)" "" "each file names its licence"

sources | grep '\.[ch]$' >"$PKS_OUT/c"
no_complaint "C is formatted as .clang-format says" "$PKS_OUT/c" clang-format --dry-run -Werror

# clang-format leaves comments as long as they are.
long_lines() {
	xargs -a "$PKS_OUT/c" -d '\n' awk 'length($0) > 100 { print FILENAME ":" FNR }'
}
is "$(long_lines)" "" "no line of C is longer than 100 columns"

# Executables in neither bash (the guest's sh) nor Python.
other_language() {
	find tests bpf user -type f -perm -u+x | grep -vxF -f "$PKS_OUT/shell" -f "$PKS_OUT/python"
}
is "$(other_language)" "" "the tests are bash and Python"

done_testing
