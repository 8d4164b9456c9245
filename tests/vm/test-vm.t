#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/vm/run does what it promises. Runs on the host, on any test kernel.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

RUN=$PKS_TOP/tests/vm/run

command -v qemu-system-x86_64 >/dev/null || skip_all "no QEMU: run tests/setup"
KDIR=$("$PKS_TOP/tests/kernel/build" --print-dir 2>/dev/null) ||
	skip_all "no test kernel: run tests/kernel/build"

# In /tmp on purpose: the guest has a tmpfs there, yet must see what it needs.
dir=$(mktemp -d /tmp/pks-test-vm.XXXXXX)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/tmp"
export TMPDIR=$dir/tmp	# what is left here at the end is a leftover
cd "$dir" || exit 1

# Runs the arguments in a VM: sets status, leaves the output in two files.
vm()
{
	"$RUN" --kernel "$KDIR" "$@" >stdout 2>stderr
	status=$?
}

# The tool's own lines, without those it quotes from the console, and without
# its word about a first boot that failed.
messages()
{
	grep -v -e '^  | ' -e '^tests/vm/run: note: ' stderr
}

test_output()
{
	local word=$'two  blanks "quote" $x `y` \\ \n* é'

	cat >guest-script <<-'END'
		#!/bin/bash
		printf '[%s]' "$@"
		printf 'a\r\nb\tc\n'
		echo first >&2
		echo second >/dev/stderr
		echo third >&2
		{ pwd; echo "$PKS_WORD"; echo "$PKSTRACE_DEBUG"; } >/out/environment
		touch /guest-was-here "$PKS_TOP/guest-was-here" 2>/out/touch
		blockdev --getsize64 /dev/pmem0 >/out/pmem
		for where in /tmp /run /mnt /var/tmp /dev/shm; do
			: >$where/file || echo "$where is not writable"
		done
		for where in /sys/kernel/debug/tracing/README \
			/sys/kernel/tracing/README /sys/fs/cgroup/cgroup.procs; do
			[ -e $where ] || echo "no $where"
		done
		[ "$(stat -f -c %T /sys/fs/bpf)" = bpf_fs ] || echo "no bpffs"
	END
	chmod +x guest-script
	export PKS_WORD=$word PKSTRACE_DEBUG=1
	vm --out out -- ./guest-script "$word" '' end
	unset PKS_WORD PKSTRACE_DEBUG
	is $status 0 "exit status 0"
	is "$(cat stdout)" "[$word][][end]"$'a\r\nb\tc' \
		"arguments arrive unchanged, stdout too, all mounts are there"
	is "$(messages)" $'first\nsecond\nthird' \
		"stderr is apart from stdout, and no kernel log in it"
	is "$(cat out/environment)" "$dir"$'\n'"$word"$'\n'1 \
		"current directory, PKS_ and PKSTRACE_ variables as on the host"
	is "$(grep -c 'Read-only file system' out/touch)" 2 \
		"the host's files are read-only"
	ok "... and nothing was written there" \
		test ! -e /guest-was-here -a ! -e "$PKS_TOP/guest-was-here"
	is "$(cat out/pmem)" $((256 << 20)) "/dev/pmem0 of 256 MiB"
	like "$(cat out/console.log)" 'Linux version' "the kernel's log is in console.log"
}

test_big_output()
{
	local numbers='for i in range(1, 2000001): print("%07x" % (i * 7919 % 268435399))'

	python3 -c "$numbers" >want
	vm --out out -- sh -c "python3 -c '$numbers' | tee /out/copy; exit 3"
	is $status 3 "exit status 3 is passed on"
	ok "16 MB on stdout arrive intact" cmp stdout want
	ok "16 MB in /out arrive intact" cmp out/copy want
}

test_status()
{
	vm -- sh -c 'sleep 1000 & echo $! >&2; kill -SEGV $$'
	is $status 139 "killed by SIGSEGV: 128 + 11, and what it left running is no obstacle"
	vm -- no-such-command-anywhere
	is $status 127 "a command that is not there: 127"
}

test_death()
{
	vm --timeout 30 -- sh -c 'echo begun; sleep 1000'
	is $status 125 "time limit: 125"
	is "$(cat stdout)" begun "... what was printed before has arrived"
	is "$(messages)" "tests/vm/run: killed: the command did not end within 30 s (--timeout)" \
		"... and one line that says so"

	vm -- sh -c 'echo c >/proc/sysrq-trigger; sleep 100'
	is $status 125 "a guest that panics: 125"
	like "$(messages | head -n 1)" \
		'^tests/vm/run: the guest panicked: .*sysrq' "... and the reason in one line"
	like "$(cat stderr)" '  \| .*sysrq_handle_crash' "... with the end of the console"

	vm -- sh -c 'echo b >/proc/sysrq-trigger; sleep 100'
	is $status 125 "a guest that stops by itself: 125"
	like "$(messages | head -n 1)" 'the guest stopped before the command ended' \
		"... and one line that says so"

	vm --timeout 1 -- true
	is $status 125 "a guest that does not boot in time: 125"
	like "$(messages | head -n 1)" 'the guest did not boot within 1 s' \
		"... and one line that says so"

	mkdir -p broken
	echo nothing >broken/bzImage
	vm --kernel broken -- true
	is $status 125 "a file that is no kernel: 125"
	like "$(cat stderr)" '^tests/vm/run: QEMU could not start the guest: [^'$'\n'']*$' \
		"... and one line with QEMU's own words"
}

# A QEMU whose first guest stops at once: another boot, and a word about it.
test_early_death()
{
	mkdir early
	cat >early/qemu-system-x86_64 <<-END
		#!/bin/bash
		if [[ ! -e $dir/early/been ]]; then
			: >$dir/early/been
			echo 'Linux version' >out/console.log
			exit 3
		fi
		exec $(command -v qemu-system-x86_64) "\$@"
	END
	chmod +x early/qemu-system-x86_64
	PATH=$dir/early:$PATH vm --out out -- echo "done"
	is "$status $(cat stdout)" "0 done" "a guest that stops in early boot gets another one"
	is "$(cat stderr)" "tests/vm/run: note: the guest stopped in early boot (QEMU: exit status 3); starting it once more" \
		"... and one line that says so"
	is "$(cat out/console-early.log)" 'Linux version' "... and the first console is kept"
	cat >early/qemu-system-x86_64 <<-END
		#!/bin/bash
		echo 'Linux version' >out/console.log
		exit 3
	END
	PATH=$dir/early:$PATH vm --out out -- echo "done"
	is $status 125 "twice is a failure: 125"
	like "$(messages | head -n 1)" 'the guest stopped before the command ended \(QEMU: exit status 3\)' \
		"... and one line that says so"
}

# What the guest's init says where Linux has misjudged the clock.
test_wrong_clock()
{
	mkdir clock
	cat >clock/qemu-system-x86_64 <<-END
		#!/bin/bash
		echo boot >>$dir/clock/boots
		if [[ \$(wc -l <$dir/clock/boots) -lt 3 ]]; then
			echo '[ 1.0] pks-vm: guest set-up failed: the clock is wrong' >out/console.log
			exit
		fi
		exec $(command -v qemu-system-x86_64) "\$@"
	END
	chmod +x clock/qemu-system-x86_64
	PATH=$dir/clock:$PATH vm --out out -- echo "done"
	is "$status $(cat stdout)" "0 done" "a guest whose clock is wrong is started until it is right"
	is "$(wc -l <clock/boots)" 3 "... and not oftener"
	: >clock/boots
	sed -i 's/-lt 3/-lt 300/' clock/qemu-system-x86_64
	PATH=$dir/clock:$PATH vm --out out -- echo "done"
	is $status 125 "a clock that is always wrong is a failure: 125"
	like "$(messages | head -n 1)" 'guest set-up failed: the clock is wrong' \
		"... and one line that says so"
	is "$(wc -l <clock/boots)" 6 "... after six boots"
}

# Two at a time: they must not disturb each other.
test_options()
{
	local first

	"$RUN" --kernel "$KDIR" --cpus 1 --mem 512 --no-pmem --cpu max,-pks \
		--append 'pks_word=1' --out out1 -- \
		sh -c 'nproc; ls -d /dev/pmem0; grep -wc pks /proc/cpuinfo
		grep -o pks_word=1 /proc/cmdline; echo out1 >/out/name' >stdout1 2>stderr1 &
	first=$!
	vm --cpus 4 --out out4 -- sh -c 'nproc; echo out4 >/out/name'
	is "$status $(cat stdout)" "0 4" "--cpus 4"
	wait $first
	is "$(cat stdout1)" $'1\n0\npks_word=1' \
		"--cpus 1, --no-pmem, a CPU without PKS, --append"
	is "$(cat out1/name out4/name)" $'out1\nout4' \
		"two at a time, each with its own /out"
	vm --icount -- nproc
	is "$status $(cat stdout)" "0 1" "--icount"
}

# A distribution's kernel: what the guest cannot do without is in modules.
test_modules()
{
	local image word

	for image in debian-6.1 debian-6.12; do
		KDIR=$("$PKS_TOP/tests/kernel/image" --print-dir $image) || {
			skip 4 "no image: run tests/kernel/image $image"
			continue
		}
		word=$image-word
		vm --cpus 4 --append "preempt=full pks_word=$word" --out out -- sh -c '
			uname -r; nproc; grep -o "pks_word=.*" /proc/cmdline
			blockdev --getsize64 /dev/pmem0
			cat /sys/kernel/debug/sched/preempt
			modprobe dummy && ls -d /sys/module/dummy
			mkfs.ext4 -q -F -b 4096 /dev/pmem0 && mount -t ext4 -o dax=always /dev/pmem0 /mnt &&
				stat -f -c %T /mnt'
		is "$status $(messages)" "0 " "$image: boots, without a word"
		is "$(head -n 4 stdout)" "$(<"$KDIR/version")"$'\n4\npks_word='$word$'\n'$((256 << 20)) \
			"$image: CPUs, parameters and pmem as on any kernel"
		like "$(sed -n 5p stdout)" '\(full\)' "$image: preempt=full"
		is "$(sed 1,5d stdout)" $'/sys/module/dummy\next2/ext3' \
			"$image: its modules are found, by us and by the kernel"
	done
}

# Types a command as soon as the shell's prompt is there.
type_in()
{
	wait_until 60 grep -q 'pks-vm:.*#' stdout
	printf '%s\n' "$1"
}

# "script" gives it a terminal; -e passes the exit status on.
test_shell()
{
	: >stdout
	type_in 'stty size; tty; echo "is $((6 * 7))"; exit 7' |
		timeout 60 script -qec "stty rows 33 cols 111
			$RUN --kernel $KDIR --shell" /dev/null >stdout 2>&1
	is "${PIPESTATUS[1]}" 7 "--shell: exit status of the shell"
	like "$(tr -d '\r' <stdout)" 'is 42' "--shell: runs what is typed"
	like "$(tr -d '\r' <stdout)" $'33 111\n/dev/ttyS1\n' \
		"--shell: a terminal of the right size"
	unlike "$(cat stdout)" 'no job control' "--shell: job control"
	"$RUN" --kernel "$KDIR" --shell </dev/null >stdout 2>stderr
	is "$? $(cat stderr)" "2 tests/vm/run: --shell needs a terminal" \
		"--shell without a terminal: one clear line"
}

test_bad_input()
{
	local arguments

	for arguments in "--nonsense -- true" "--cpus x -- true" "--cpus" \
		"--mem 100 -- true" "--icount --cpus 2 -- true" ""; do
		# shellcheck disable=SC2086 # several words
		vm $arguments
		is "$status $(wc -l <stderr)" "2 1" "wrong usage '$arguments': 2 and one line"
	done
	vm --kernel "$dir/nowhere" -- true
	is "$status $(cat stderr)" "125 tests/vm/run: no kernel at $dir/nowhere/bzImage" \
		"no kernel: 125 and one line"
	mkdir bin
	ln -s /usr/bin/* bin/
	rm bin/qemu-system-*
	PATH=$dir/bin vm -- true
	is $status 125 "no QEMU: 125"
	is "$(cat stderr)" \
		"tests/vm/run: qemu-system-x86_64 not found: run tests/setup (or install qemu-system-x86)" \
		"... and one line with the remedy"
}

# Processes of ours: the temporary directory is among their arguments.  Not
# among those of this grep, which reads the pattern from a file.
our_qemus()
{
	printf '%s' "$dir/tmp" >pattern
	grep -lzFf pattern /proc/[0-9]*/cmdline 2>/dev/null | wc -l
}

no_qemu()
{
	[[ $(our_qemus) -eq 0 ]]
}

# Starts a VM, and sends its run a signal when the guest is up.
signal_run()
{
	local run

	: >stdout
	set -m	# otherwise a background process would ignore SIGINT
	"$RUN" --kernel "$KDIR" -- sh -c 'echo begun; sleep 1000' >>stdout 2>stderr &
	run=$!
	set +m
	wait_until 120 grep -q begun stdout
	cmp_num "$(our_qemus)" -ge 1 "QEMU runs"
	kill -"$1" $run
	wait $run 2>wait-message
	status=$?
}

test_interrupt()
{
	signal_run INT
	is $status 130 "SIGINT: 130"
	is "$(our_qemus)" 0 "... and QEMU is gone"
	is "$(ls -A "$dir/tmp")" '' "no run so far left a temporary file"
	is "$(cat stderr)" '' "... nor a message of the shell's"

	signal_run KILL
	ok "even SIGKILL leaves no QEMU behind" wait_until 10 no_qemu
}

test_output
test_big_output
test_status
test_death
test_early_death
test_wrong_clock
test_options
test_shell
test_bad_input
test_interrupt
test_modules
done_testing
