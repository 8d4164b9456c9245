#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The bench measures and prints what it says. No figure is asserted, only what
# cannot be otherwise. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

RUN=$PKS_TOP/tests/bench/run
TABLE=$PKS_TOP/tests/bench/table

command -v qemu-system-x86_64 >/dev/null || skip_all "no QEMU: run tests/setup"
"$PKS_TOP/tests/kernel/build" --print-dir >/dev/null 2>&1 ||
	skip_all "no test kernel: run tests/kernel/build"
[[ -e ${PKS_DRIVER:=$PKS_BUILD/modules/outofline/driver/pkstrace_bugs.ko} ]] ||
	skip_all "no bug driver: run make modules"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# The figure KEY, and whether it is above another one.
value() {
	json "first['$1']"
}

above() {
	[[ $(json "first['$1'] > first['$2']") == True ]]
}

"$RUN" --quick --out "$dir/a.json" windows silent >"$dir/out" 2>"$dir/err"
is "$?" 0 "measures" || diag "$(tail -n 5 "$dir/err")"
out=$(<"$dir/a.json")
for key in window ordinary syscall; do
	like "$(value $key.none)" '^[0-9.]+$' "$key: without a tracer"
	for form in empty stat stat_site run run_stacks inject; do
		ok "$key.$form costs more than no tracer" \
			above $key.$form $key.none
	done
done
for form in inject_{comm,tid,cgroup,site,over,over_in,drawn}; do
	ok "injection that does nothing costs something: $form" \
		above "window.$form" window.run
done
out=$(<"$dir/out")
like "$out" 'inject, armed and silent, over: added, of stat +[0-9.]+  at most 0.3333: (yes|NO)' \
	"and each of them has its goal"
like "$out" 'pkstrace run +[0-9.]+ +[0-9.]+ above none, +[0-9.]+ x' "the table has a row for run"
like "$out" 'run: a window, of E +[0-9.]+  at most 3.5: (yes|NO)' "and says whether the goal is met"
like "$out" 'run: a window, of bpftrace with stacks +not measured' "or that it was not measured"

like "$("$TABLE" "$dir/a.json" "$dir/a.json")" 'window\.run +[0-9.]+ +[0-9.]+ +\+0\.0%' \
	"two runs are compared"
out=$("$PKS_TOP/tests/bench/profile" -- stat 2>&1)
like "$out" '[0-9]+ windows' "a profile: of so many windows" || diag "$out"
like "$out" ' [0-9.]+ +1\.[0-9]+  bpf_prog_[0-9a-f]+_count_only_grant_page' \
	"a profile: the program at the grant, once a window"

"$RUN" everything >"$dir/out" 2>"$dir/err"
is "$?" 2 "an unknown part: exit status 2"
is "$(<"$dir/err")" "tests/bench/run: unknown argument 'everything' (--help lists them)" \
	"an unknown part: said"

done_testing
