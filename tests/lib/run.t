#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/run counts right, above all what has failed; tap.sh, which nearly all
# tests stand on, says so when an assertion does not hold. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

# A clone of its own, that has only the tests made here.
dir=$(mktemp -d /tmp/pks-test-run.XXXXXX)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/tests/unit" "$dir/tests/e2e"
cp -r "$PKS_TOP/tests/run" "$PKS_TOP/tests/lib" "$PKS_TOP/tests/vm" "$dir/tests/"
# By it tests/lib/json knows which strings are numbers.
mkdir -p "$dir/user/doc"
cp "$PKS_TOP/user/doc/output.schema.json" "$dir/user/doc/"
rm -f "$dir"/tests/*/*.t

# A test file of the clone, from stdin.
test_file()
{
	cat >"$dir/tests/$1"
	chmod +x "$dir/tests/$1"
}

# Runs the clone's tests: sets status, output, and last, its last line.
run()
{
	# shellcheck disable=SC2086 # options and files
	output=$(cd / && env -u PKS_BUILD -u CI "$@" "$dir/tests/run" $FILES 2>&1)
	status=$?
	last=$(tail -n 1 <<<"$output")
}

# A file that must count as one failure, whatever passed in it before.
failing()
{
	test_file unit/one.t
	FILES=$dir/tests/unit/one.t run
	is "$status, $last" "1, $1 passed, 1 failed, 0 skipped" "failed: $2"
	like "$output" "$3" "... and says why"
}

test_failures()
{
	failing 1 'an assertion' 'not ok 2 - two' <<-'END'
		#!/bin/sh
		echo 1..2; echo ok 1; echo not ok 2 - two
	END
	failing 1 'no plan' 'No plan found' <<-'END'
		#!/bin/sh
		echo ok 1
	END
	failing 1 'too few tests' 'planned 2 tests but ran 1' <<-'END'
		#!/bin/sh
		echo 1..2; echo ok 1
	END
	failing 1 'exit status' 'exit status 3' <<-'END'
		#!/bin/sh
		echo ok 1; echo 1..1; exit 3
	END
	failing 1 'a signal' 'killed by signal 9' <<-'END'
		#!/bin/sh
		echo ok 1; echo 1..1; kill -9 $$
	END
	failing 1 'a bail-out' 'Bail out! no way' <<-'END'
		#!/bin/sh
		echo ok 1; echo 'Bail out! no way'
	END
	failing 0 'TODO is no excuse' 'not ok 1' <<-'END'
		#!/bin/sh
		echo 1..1; echo 'not ok 1 - x # TODO later'
	END
	failing 0 'no output at all' 'No plan found' <<-'END'
		#!/bin/sh
	END
	failing 0 'no such interpreter' 'cannot run' <<-'END'
		#!/no/such/interpreter
	END
	rm "$dir/tests/unit/one.t"
}

test_skips()
{
	test_file unit/skips.t <<-'END'
		#!/bin/sh
		echo 1..3; echo ok 1
		echo 'ok 2 # SKIP no foo'; echo 'ok 3 # SKIP optional: no bar'
	END
	test_file unit/whole.t <<-'END'
		#!/bin/sh
		echo '1..0 # SKIP no foo'
	END
	FILES=
	run
	is "$status, $last" "0, 1 passed, 0 failed, 3 skipped" "skips are skips"
	run CI=true
	is "$status, $last" "1, 1 passed, 2 failed, 1 skipped" \
		"in CI only what is optional may be skipped"
	test_file e2e/guest.t <<-'END'
		#!/bin/sh
		echo ok 1; echo 1..1
	END
	run
	is "$last" "1 passed, 0 failed, 4 skipped" "no kernel: guest tests are skipped"
	like "$output" 'no test kernel: tests/kernel/build' "... with the remedy"
	rm "$dir"/tests/*/*.t
}

# The real library, with one assertion of each kind that holds and one that
# does not.
test_library()
{
	test_file unit/library.t <<-'END'
		#!/bin/bash
		. "$PKS_TOP/tests/lib/tap.sh"
		pass p
		fail p because
		ok o true
		ok o sh -c 'echo the output; false'
		not_ok_cmd n false
		not_ok_cmd n true
		exits 3 e sh -c 'exit 3'
		exits 3 e true
		is a a i
		is a b 'name with # in it'
		isnt a b i
		isnt a a i
		like abc 'b.$' l
		like abc '^b' l
		unlike abc '^b' u
		unlike abc 'b' u
		cmp_num 2 -gt 1 c
		cmp_num 2 -gt x c
		skip 2 'no foo'
		one_line 2 u 'bad x' sh -c 'echo "bad x"; exit 2'
		one_line 2 u 'bad y' sh -c 'echo "bad x"; echo z; exit 3'
		ok w wait_until 5 true
		ok w wait_until 1 false
		out='{"a": 1, "type": "t"}
		{"a": [2]}'
		is "$(json 'first["a"], summary["a"], len(of("t"))')" '(1, [2], 1)' j
		is "$(json 'summary["b"]')" '' j
		is "$(json 'summary["b"]' 2>&1)" '' j
		golden g 'a line' g
		golden g 'another line' g
		golden none 'a line' g
		done_testing
	END
	mkdir -p "$dir/tests/unit/golden"
	echo 'a line' >"$dir/tests/unit/golden/g"
	FILES=
	run
	is "$status, $last" "1, 16 passed, 16 failed, 2 skipped" \
		"each assertion of tap.sh can hold and can fail"
	like "$output" '# because.*# the output.*# exit status 0, expected 3' \
		"... and says why"
	like "$output" '# got: +json: KeyError.*# -a line.*# \+another line' "... in each case"
	like "$output" 'library.t:12' "... and where"
	rm "$dir"/tests/*/*.t
}

# None of these kernels is there: each run of the file is skipped, by its name.
test_kernels()
{
	test_file e2e/several.t <<-'END'
		#!/bin/sh
		# vm: kernel=default,debian-0.0 timeout=100
		# vm also: kernel=preempt cpus=4 append="a=1 b"
	END
	FILES=
	run
	is "$status, $last" "0, 0 passed, 0 failed, 3 skipped" "a run on each kernel that a file wants"
	like "$output" 'several.t \[default\] .*tests/kernel/build outofline makes it' "... the default one"
	like "$output" 'several.t \[debian-0.0\] .*tests/kernel/image debian-0.0 makes it' \
		"... a distribution's"
	like "$output" 'several.t \[preempt a=1 b\] .*tests/kernel/build preempt makes it' \
		"... one more with other parameters"
	mkdir -p "$dir/tests/kernel/variant"
	: >"$dir/tests/kernel/variant/preempt.config"
	FILES="--variant preempt" run
	is "$status, $last" "0, 0 passed, 0 failed, 1 skipped" "a chosen kernel is the only one"
	like "$output" 'several.t  .*tests/kernel/build preempt' "... also where the file names it"
	rm -r "$dir/tests/kernel"
	test_file unit/here.t <<-'END'
		#!/bin/sh
		echo 1..1; echo ok 1
	END
	FILES="--jobs 2" run
	is "$status, $last" "0, 1 passed, 0 failed, 3 skipped" "several jobs: the same sums"
	test_file e2e/several.t <<-'END'
		#!/bin/sh
		# vm: colour=red
	END
	run
	is "$status, $output" "2, tests/run: $dir/tests/e2e/several.t: unknown '# vm:' word 'colour'" \
		"needs that cannot be read: 2 and one line"
	rm "$dir"/tests/*/*.t
}

# The guest dies in one file, another is late: each is a failure of its own, and
# the others get their run.
test_guest()
{
	local kdir

	kdir=$("$PKS_TOP/tests/kernel/build" --print-dir 2>/dev/null) || {
		skip 7 "no test kernel: run tests/kernel/build"
		return
	}
	test_file e2e/1-first.t <<-'END'
		#!/bin/sh
		echo 1..2; echo ok 1
		[ -d "$PKS_OUT" ] && uname -r >"$PKS_OUT/version" && echo ok 2
		sleep 1000 &
	END
	test_file e2e/2-panic.t <<-'END'
		#!/bin/sh
		echo ok 1
		echo c >/proc/sysrq-trigger
		sleep 100
	END
	test_file e2e/3-late.t <<-'END'
		#!/bin/sh
		# vm: timeout=3
		echo ok 1
		sleep 100
	END
	test_file e2e/4-last.t <<-'END'
		#!/bin/sh
		echo 1..1
		for cmd in /proc/[0-9]*/cmdline; do
			! grep -aq '^sleep' $cmd || echo "not ok 1 - $cmd"
		done
		echo ok 1
	END
	test_file e2e/5-own.t <<-'END'
		#!/bin/sh
		# vm: cpus=1 mem=512 append="one=1 two" boot=own
		echo 1..2; [ $(nproc) = 1 ] && echo ok 1
		grep -q ' one=1 two' /proc/cmdline && echo ok 2
	END
	FILES="--kernel $kdir"
	run
	is "$status, $last" "1, 7 passed, 2 failed, 0 skipped" "tests in the guest"
	like "$output" '1-first.t +ok \(2 passed\)' "PKS_OUT is a directory"
	like "$output" '2-panic.t +FAILED.*the guest panicked: sysrq' "a guest that dies"
	like "$output" 'console:.*sysrq_handle_crash' "... with the end of its console"
	like "$output" '3-late.t +FAILED.*did not end within 3 s' "a file that is late"
	like "$output" '4-last.t +ok' "the others get their run, without leftovers"
	like "$output" '5-own.t +ok \(2 passed\)' "a boot as the file needs"
	rm "$dir"/tests/*/*.t
}

# What runs has ended before the runner does.
test_interrupt()
{
	local runner

	test_file unit/long.t <<-END
		#!/bin/sh
		echo \$\$ >$dir/child
		exec sleep 1000
	END
	set -m	# otherwise a background process would ignore SIGINT
	env -u PKS_BUILD "$dir/tests/run" >"$dir/said" 2>&1 &
	runner=$!
	set +m
	ok "a file runs" wait_until 20 test -s "$dir/child"
	kill -INT $runner
	wait $runner
	is "$?, $(tail -n 1 "$dir/said")" "130, tests/run: interrupted" "interrupted: 130 and one line"
	ok "... and what ran is gone" test ! -d "/proc/$(<"$dir/child")"
	rm "$dir"/tests/*/*.t
}

test_usage()
{
	FILES=$dir/no-such-file run
	is "$status, $output" "2, tests/run: no such test: $dir/no-such-file" \
		"a file that is not there: 2 and one line"
	FILES= run
	is "$status, $output" "2, tests/run: no tests found" \
		"nothing to run is not success: 2 and one line"
	FILES="--variant no-such" run
	is "$status, $output" \
		"2, tests/run: no kernel variant 'no-such': see tests/kernel/build --list" \
		"a kernel variant that is not there: 2 and one line"
}

test_failures
test_skips
test_library
test_kernels
test_guest
test_interrupt
test_usage
done_testing
