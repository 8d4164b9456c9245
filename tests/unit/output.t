#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Output that can't be written is not lost without a word: exit status 5, one line.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# Exit status of `pkstrace ARGS` in $status, stderr in $said; stdout as the caller has it.
tried() {
	"$PKSTRACE" "$@" 2>"$WORK/err" </dev/null
	status=$?
	said=$(<"$WORK/err")
}

for words in --help --version "run --help" "stat --help" "snapshot --help" "inject --help" \
	"hunt --help" "check --help"; do
	# shellcheck disable=SC2086 # several words
	tried $words >/dev/full
	is "$status" 5 "a full disk: $words: exit status 5"
	is "$said" "pkstrace: standard output could not be written: No space left on device" \
		"a full disk: $words: one line"
done
tried check >/dev/full
is "$status" 5 "a full disk: check: exit status 5, whatever this kernel offers"
tried --help >&-
is "$status" 5 "a closed standard output: exit status 5"
like "$said" 'standard output could not be written: Bad file descriptor' "a closed standard output: said"
tried --version >"$WORK/out"
is "$status" 0 "a file: exit status 0"

# A reader that has gone: no death by a signal, for programs and CMD have to be put away.
# The subshell's own disposition must be the default one, or the test would prove nothing.
mkfifo "$WORK/pipe"
env --default-signal=PIPE bash -c '
	exec 3<>"$1/pipe" 4>"$1/pipe" 3<&-
	"$2" --help >&4 2>"$1/err"
	echo $? >"$1/status"' - "$WORK" "$PKSTRACE"
is "$(<"$WORK/status")" 5 "a reader that has gone: exit status 5"
is "$(<"$WORK/err")" "pkstrace: standard output could not be written: Broken pipe" \
	"a reader that has gone: one line"

# A pipe that was set not to block, and is full: nothing of it is lost.
python3 - "$PKSTRACE" >"$WORK/all" <<'END'
import os, subprocess, sys
reader, writer = os.pipe()
os.set_blocking(writer, False)
filled = 0
try:
    while True:
        filled += os.write(writer, b"x" * 4096)
except BlockingIOError:
    pass
child = subprocess.Popen([sys.argv[1], "--help"], stdout=writer)
os.close(writer)
while filled:
    filled -= len(os.read(reader, filled))
with os.fdopen(reader, "rb") as rest:
    text = rest.read()
print(child.wait(), text == subprocess.check_output([sys.argv[1], "--help"]))
END
is "$(<"$WORK/all")" "0 True" "a full pipe that does not block: all arrives"

# Each line is one write, for whoever shares the stream: of a pipe of packets, a packet.
python3 - "$PKSTRACE" >"$WORK/writes" <<'END'
import os, subprocess, sys
for command in ["walk"], ["run", "-d", "0"], ["check", "--json"]:
    reader, writer = os.pipe2(os.O_DIRECT)
    child = subprocess.Popen([*sys.argv[1:], *command], stdin=subprocess.DEVNULL,
                             stdout=writer, stderr=writer)
    os.close(writer)
    writes = []
    while packet := os.read(reader, 65536):
        writes.append(packet)
    child.wait()
    whole = [w for w in writes if w.endswith(b"\n") and (w.startswith(b"pkstrace: ") or w[:1] == b"{")]
    print(command[0], "whole" if writes and whole == writes else writes)
END
is "$(<"$WORK/writes")" "walk whole
run whole
check whole" "a line is one write"

# What is wrong otherwise keeps its status where nothing was to be written.
tried walk >/dev/full
is "$status" 2 "a usage error: exit status 2 all the same"

done_testing
