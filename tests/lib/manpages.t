#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manual pages say what the program says: a page for each command, every
# option of `--help` in its page and the reverse, every exit status in the
# overview. And mandoc finds nothing to complain about.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

DOC=$PKS_TOP/user/doc
: "${PKSTRACE:=${PKS_BUILD:-$PKS_TOP/build}/pkstrace}"

commands=$("$PKSTRACE" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')

# Option heads from stdin, at one depth of indentation: "-p, --pid=PID".
option_heads() {
	sed -nE "s/^ {$1}((-[a-zA-Z], )?--[a-z][a-z-]*(=[^ ]*)?|-[a-zA-Z])( .*)?\$/\1/p" | sort
}

# A page as text, without the overstrikes that make it bold.
text_of() { mandoc -Tascii "$1" | sed 's/.\x08//g'; }

# mandoc sets off a paragraph's head by 7 columns, argp an option by 2 or 6.
of_page() { text_of "$1" | sed -n '/^OPTIONS/,/^[A-Z]/p' | option_heads 7; }
of_help() { "$PKSTRACE" "$1" --help | option_heads '2,6'; }

lint() {
	local complaints

	complaints=$(mandoc -Tlint -Wwarning "$1" 2>&1)
	[[ -z $complaints ]] || { printf '%s\n' "$complaints"; return 1; }
}

test_command() {
	local page=$DOC/pkstrace-$1.1

	ok "$1: has a page" test -f "$page" || return
	ok "$1: mandoc has no complaint" lint "$page"
	is "$(of_page "$page")" "$(of_help "$1")" "$1: the page has the options of --help, and no others"
	like "$(text_of "$page")" "SEE ALSO.*pkstrace\(1\)" "$1: refers to the overview"
}

test_overview() {
	local page=$DOC/pkstrace.1 text status

	ok "overview: mandoc has no complaint" lint "$page"
	text=$(text_of "$page")
	is "$(sed -nE '/^COMMANDS/,/^[A-Z]/s/^ {7}([a-z]+)( .*)?$/\1/p' <<<"$text" | sort)" \
		"$(sort <<<"$commands")" "overview: has the commands of --help, and no others"
	# shellcheck disable=SC2013 # numbers
	for status in $(sed -nE 's/^\tSTATUS_[A-Z_]+ = ([0-9]+),.*/\1/p' "$PKS_TOP/user/util/status.h"); do
		like "$(sed -n '/^EXIT STATUS/,/^ENVIRONMENT/p' <<<"$text")" "(^|"$'\n'") {7}$status( |"$'\n'")" \
			"overview: explains exit status $status"
	done
}

command -v mandoc >/dev/null || bail_out "no mandoc: tests/setup installs it"

cmp_num "$(wc -w <<<"$commands")" -ge 6 "the program lists its commands"
cmp_num "$(of_help run | wc -l)" -ge 10 "and the options of one"
test_overview
for command in $commands; do
	test_command "$command"
done
for page in "$DOC"/pkstrace-*.1; do
	name=${page##*/pkstrace-}
	like " ${commands//$'\n'/ } " " ${name%.1} " "${name%.1}: is a command, as it has a page"
done
done_testing
