# SPDX-License-Identifier: GPL-2.0-only
#
# TAP for bash tests. Source it first:
#
#	. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
#
# Each assertion prints one TAP line, returns 0 when it held and 1 when not,
# and never ends the script: the library turns `set -e` off (`set -u` and
# pipefail on).
#
#	ok NAME CMD ARGS...		CMD (or a function) exits with 0
#	not_ok_cmd NAME CMD ARGS...	CMD exits with another status than 0
#	exits STATUS NAME CMD ARGS...	CMD exits with exactly STATUS
#	one_line STATUS NAME REGEX CMD ARGS...
#				CMD exits with STATUS and prints one line, which
#				matches: three assertions
#	is GOT EXPECTED NAME		the strings are equal
#	isnt GOT UNEXPECTED NAME	the strings differ
#	like TEXT REGEX NAME		TEXT matches the extended REGEX
#	unlike TEXT REGEX NAME		TEXT does not match it
#	cmp_num A OP B NAME		integers; OP as in [ ]: -eq -lt -ge ...
#	pass NAME / fail NAME [TEXT]	decided by the caller
#	skip COUNT REASON		COUNT tests in a row could not be run
#	skip_all REASON			nothing in this file can be run: exits
#	diag TEXT...			a comment for the reader of a failure
#	bail_out REASON			stop the whole run: nothing can work
#	done_testing			prints the plan; the LAST line of a test.
#					Exits with 0 if all held, else with 1
#
# Output of CMD in ok/not_ok_cmd/exits is kept and shown as diagnostics only
# when the assertion fails; it is left in $TAP_OUTPUT in every case.
#
# Skip reasons: in CI a skip counts as a failure, for a test that silently
# never runs is no test.  Begin REASON with "optional: " if the test may be
# missing even there (say, a CPU feature that few machines have).
#
# A file that ends without done_testing has no plan and counts as failed.
#
# With it come the helpers of wait.sh, and
#
#	json EXPRESSION		the answer of tests/lib/json about the lines in $out
#	golden FILE TEXT NAME	TEXT is what tests/unit/golden/FILE holds, to the letter;
#				with PKS_GOLDEN=write it is what the file holds from now on

set +e
set -uo pipefail

TAP_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$TAP_LIB/wait.sh"

TAP_COUNT=0
TAP_FAILED=0
TAP_OUTPUT=

diag() {
	local line

	[[ -n $* ]] || return 0
	while IFS= read -r line || [[ -n $line ]]; do
		printf '# %s\n' "$line"
	done <<<"$*"
}

# One result: $1 = 0 if it held, $2 the name.  '#' would start a directive.
_tap_result() {
	local name=${2//#/\\#}

	TAP_COUNT=$((TAP_COUNT + 1))
	name=${name//$'\n'/ }
	if [[ $1 -eq 0 ]]; then
		printf 'ok %d - %s\n' "$TAP_COUNT" "$name"
		return 0
	fi
	TAP_FAILED=$((TAP_FAILED + 1))
	printf 'not ok %d - %s\n' "$TAP_COUNT" "$name"
	_tap_where
	return 1
}

# The caller's line: the first frame outside this file.
_tap_where() {
	local i

	for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
		[[ ${BASH_SOURCE[i]} != "${BASH_SOURCE[0]}" ]] || continue
		diag "failed at ${BASH_SOURCE[i]##*/}:${BASH_LINENO[i - 1]}"
		return
	done
}

pass() { _tap_result 0 "$1"; }

fail() {
	_tap_result 1 "$1"
	[[ -z ${2-} ]] || diag "$2"
	return 1
}

# Runs "$@" with its output in TAP_OUTPUT.  Through a file, not $(...), so
# that CMD may be a function that sets variables of the test.
_tap_capture() {
	local file status

	file=$(mktemp)
	"$@" >"$file" 2>&1 </dev/null
	status=$?
	TAP_OUTPUT=$(<"$file")
	rm -f "$file"
	return $status
}

exits() {
	local want=$1 name=$2 got

	shift 2
	_tap_capture "$@"
	got=$?
	if [[ $got -eq $want ]]; then
		_tap_result 0 "$name"
		return
	fi
	_tap_result 1 "$name"
	diag "command: $*"
	diag "exit status $got, expected $want"
	diag "$TAP_OUTPUT"
	return 1
}

ok() {
	local name=$1

	shift
	exits 0 "$name" "$@"
}

not_ok_cmd() {
	local name=$1

	shift
	if ! _tap_capture "$@"; then
		_tap_result 0 "$name"
		return
	fi
	_tap_result 1 "$name"
	diag "command: $*"
	diag "exit status 0, expected another"
	diag "$TAP_OUTPUT"
	return 1
}

one_line() {
	exits "$1" "$2" "${@:4}"
	is "$(wc -l <<<"$TAP_OUTPUT")" 1 "$2: one line"
	like "$TAP_OUTPUT" "$3" "$2: says what is wrong"
}

is() {
	if [[ "$1" == "$2" ]]; then
		_tap_result 0 "$3"
		return
	fi
	_tap_result 1 "$3"
	diag "got:      $1"
	diag "expected: $2"
	return 1
}

isnt() {
	if [[ "$1" != "$2" ]]; then
		_tap_result 0 "$3"
		return
	fi
	_tap_result 1 "$3"
	diag "got what it must not be: $1"
	return 1
}

like() {
	if [[ "$1" =~ $2 ]]; then
		_tap_result 0 "$3"
		return
	fi
	_tap_result 1 "$3"
	diag "got:"
	diag "$1"
	diag "does not match: $2"
	return 1
}

unlike() {
	if [[ ! "$1" =~ $2 ]]; then
		_tap_result 0 "$3"
		return
	fi
	_tap_result 1 "$3"
	diag "got:"
	diag "$1"
	diag "must not match: $2"
	return 1
}

cmp_num() {
	if [[ $1 =~ ^-?[0-9]+$ && $3 =~ ^-?[0-9]+$ ]] && test "$1" "$2" "$3"; then
		_tap_result 0 "$4"
		return
	fi
	_tap_result 1 "$4"
	diag "does not hold: '$1' $2 '$3'"
	return 1
}

skip() {
	local i

	for ((i = 0; i < $1; i++)); do
		TAP_COUNT=$((TAP_COUNT + 1))
		printf 'ok %d # SKIP %s\n' "$TAP_COUNT" "$2"
	done
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

json() {
	# Without site and the environment Python starts in two thirds of the time.
	# shellcheck disable=SC2154 # the test's
	python3 -ESs "$TAP_LIB/json" "$1" <<<"$out"
}

golden() {
	local file=$TAP_LIB/../unit/golden/$1 difference

	if [[ ${PKS_GOLDEN-} == write ]]; then
		printf '%s\n' "$2" >"$file"
	fi
	difference=$(diff -u "$file" - <<<"$2" 2>&1)
	_tap_result $? "$3" || diag "$difference"
}

bail_out() {
	printf 'Bail out! %s\n' "$1"
	exit 255
}

done_testing() {
	printf '1..%d\n' "$TAP_COUNT"
	[[ $TAP_FAILED -eq 0 ]]
	exit
}
