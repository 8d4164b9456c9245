#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The value of each option of each command: what is refused, and that what is
# right is taken. Runs as nobody, so that a good command line ends with 3.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

as_nobody=()
[[ $EUID -ne 0 ]] || as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# status and stderr of `pkstrace ARGS`, stdout away.
tried() {
	said=$("${as_nobody[@]}" "$PKSTRACE" "$@" 2>&1 >/dev/null </dev/null)
	status=$?
}

# refused "COMMAND OPTION" PATTERN VALUE...: each with status 2 and one line that
# names the value and matches. In both forms of a long option.
refused() {
	local words=($1) pattern=$2 value shown bad=

	shift 2
	for value; do
		shown=${value//$'\n'/\\x0a}
		tried "${words[@]}" "$value"
		[[ $status -eq 2 && $said != *$'\n'* && $said == *"'$shown'"* && $said =~ $pattern ]] ||
			bad+="[$value: $status $said]"
		[[ ${words[1]} == --* ]] || continue
		tried "${words[0]}" "${words[1]}=$value"
		[[ $status -eq 2 && $said == *"'${words[1]}=$shown'"* && $said =~ $pattern ]] ||
			bad+="[=$value: $status $said]"
	done
	is "$bad" "" "${words[*]}: refuses each of $#"
}

# taken "COMMAND OPTION" REST VALUE...: none is a usage error.
taken() {
	local words=($1) rest=($2) value bad=

	shift 2
	for value; do
		tried "${words[@]}" "$value" "${rest[@]}"
		[[ $status -eq 3 ]] || bad+="[$value: $status $said]"
	done
	is "$bad" "" "${words[*]}: takes each of $#"
}

no_integer=("" " " 1.9 1.0 0x10 1e3 +1 " 1" "1 " $'1\n' 1x x - -- 1_000 1,000 nan inf .5
	99999999999999999999 18446744073709551617)
no_fraction=("" " " 0x1 1e1 +1 " 1" "1 " 1x x - 1,5 nan inf infinity .5 5. 1.2.3 1.0000000001)
no_time=("" " " 0x1s 1e1s +1s " 1s" "1s " "1 s" 1S 1sec 1m s ms x - 1,5s nan inf infs .5s 5.s
	99999999999999999999s 18446744074s)

pid='give a whole number from 1 to 4194304'
for command in run stat inject; do
	refused "$command -p" "$pid" "${no_integer[@]}" 0 -1 4194305
	refused "$command --pid" "$pid" "${no_integer[@]}" 0 -1 4194305
done
taken "run -p" "" 1 01 4194304
refused "run -d" 'give a time from 1ms to 1000000000s; without a unit: seconds' \
	"${no_time[@]}" 0 -1 999us 0.0009 1000000001 soon
refused "stat --duration" 'give a time from 1ms' "${no_time[@]}" 0
taken "run -d" "" 1 0.001 1.5 500ms 1500us 1s 1000000000
refused "run --long-hold" 'give a time from 1us to 1000000s' "${no_time[@]}" 0 999ns 1000001 -1ms
taken "run --long-hold" "" 1us 20ms 1.5s 2
refused "run --max-reports" 'give a whole number from 0 to 1000000000' "${no_integer[@]}" -1 1000000001
taken "run --max-reports" "" 0 1000000000
refused "run --stacks" 'give one of sampled grants' "" all Grants
taken "run --stacks" "" sampled grants
refused "stat -I" 'give a whole number from 10 to 1000000000' "${no_integer[@]}" 9 -10 10.5 1s
taken "stat -I" "" 10 1000
refused "stat --top" 'give a whole number from 1 to [0-9]+' "${no_integer[@]}" 0 -1 1000000
refused "stat --by" 'give one of site thread cgroup all' "" sites
refused "inject --delay-revoke" 'give a time from 1ns to 1s, with its unit' \
	"${no_time[@]}" 0ns 5 1.5ns 1.1s 3600s -5ms
taken "inject --delay-revoke" "-- true" 1ns 250ns 1.5ms 1s
refused "inject --fail" 'give FUNCTION=-ERRNO' "" f f= =-1 f=-EBOGUS f=2 f=-4096 f=-1.5 "f= -1" f=0x1
taken "inject --fail" "-- true" f=-ENOMEM f=EIO f=-12 f=1
refused "inject --probability" 'give a number from 0 to 100' "${no_fraction[@]}" 101 100.1 -1 5%
taken "inject --probability" "--skip-grant -- true" 0 0.5 100 0.000000001
for option in interval fail-nth; do
	refused "inject --$option" 'give a whole number from 1 to 1000000000' "${no_integer[@]}" 0 -1
done
refused "inject --times" 'give a whole number, -1 or more' "${no_integer[@]}" -2
taken "inject --times" "--skip-grant -- true" -1 0 5 9223372036854775807
for option in space seed; do
	refused "inject --$option" 'give a whole number, 0 or more' "${no_integer[@]}" -1
done
refused "inject -v" 'give a whole number from 0 to 2' "${no_integer[@]}" -1 3
refused "inject --tid" "$pid" "${no_integer[@]}" 0 -1
refused "inject --comm" 'give a name of 1 to 15 characters' "" sixteen-letters-
refused "inject --timeout" 'give a time from 1ms' "${no_time[@]}" 0
refused "hunt --max-runs" 'give a whole number from 0 to 1000000000' "${no_integer[@]}" -1
refused "hunt --timeout" 'give a time from 1ms' "${no_time[@]}" 0
refused "hunt --depth" 'give a whole number from 1 to 2' "${no_integer[@]}" 0 3 -1
refused "hunt --errno" 'give an error, such as EIO' "" EBOGUS 1 0 -4096 -1.5 0x5 " -5"
refused "hunt --kernel-faults" 'give one of auto all none' "" some

# The same for each command; the table of formats says which there are.
for command in check run stat snapshot inject hunt; do
	refused "$command --format" 'give one of text, json' "" " " TEXT json5 text,json
	like "$("$PKSTRACE" "$command" --help)" 'FORMATS
  text  .*
  json  ' "$command: its help lists the formats"
done
taken "run --format" "" text json
is "$("$PKSTRACE" check --json | "$PKS_TOP/tests/lib/json" '[len(lines), first["type"], first["kernel"]]')" \
	"[1, 'check', '$(uname -r)']" "check --json: one object of facts"
is "$("$PKSTRACE" check --format json)" "$("$PKSTRACE" check --json)" "--json is --format json"

# usage PATTERN WORD...: status 2 and one line that matches.
usage() {
	one_line 2 "${*:2}" "$1" "${as_nobody[@]}" "$PKSTRACE" "${@:2}"
}

# Of two the last would count, and nobody would know.
usage 'either --json or --format' check --json --format text
usage "'--json' and '--json': give it once" run --json --json
usage "'-p' and '--pid=2': give it once" run -p 1 --pid=2
usage "'-d' and '--dur': give it once" stat -d 1 --dur 2
usage "'--max-reports=1' and '--max-reports': give it once" run --max-reports=1 --max-reports 1 -- true
usage "'--times' and '--times': give it once" inject --skip-grant --times 1 --times 2 -- true
usage "'--skip-grant' and '--skip-grant': give it once" inject --skip-grant --skip-grant -- true
taken "run --modules" "--modules /tmp" /usr
taken "hunt --errno" "--errno EIO -- true" EINVAL
tried run -- true --json --json
is "$status" 3 "what follows a command is the command's"

# The name, and the reason.
usage "no such option: '--no-such'; .pkstrace run --help. lists them" run --no-such
usage "no such option: '-x'" stat -x
usage "'--s' may mean --slept or --stacks" run --s
usage "'--json=1': --json takes no value" check --json=1
usage "--max-reports needs a value" run --max-reports
usage "-p needs a value" run -p
for command in run stat inject hunt check snapshot; do
	usage "nothing follows --: give a command" $command --
done
usage "nothing follows --: give a command" run --json --
taken "run --vmlinux" "-- true" --

# Help is help wherever it stands among the options.
for words in "run --help" "run -p 1 --help" "stat -I 10 -h" "hunt -?" "inject --usage"; do
	# shellcheck disable=SC2086 # several words
	exits 0 "$words" "$PKSTRACE" $words
	like "$TAP_OUTPUT" "^Usage: pkstrace ${words%% *} " "$words: is the help of it"
done
tried run -- /bin/true --help
is "$status" 3 "a command's own --help is not ours"

# What strtod() and its kin take, and how they say so, is nobody's business but theirs.
is "$(grep -rnE '\b(strto[a-z]+|ato[a-z]+) ?\(' "$PKS_TOP/user" | grep -v 'strtok')" "" \
	"one parser of numbers: no strtol(), strtod(), atoi() in the tool"

done_testing
