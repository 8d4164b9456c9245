#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nothing that a file or an option holds makes its reader crash, leak or do what C does not
# define: the bad files of tests/fuzz/corpus, and then some seconds of new ones. FUZZ_SECONDS=N
# fuzzes each reader for N seconds (`make fuzz`).
#
# Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

FUZZERS=${PKS_BUILD:-$PKS_TOP/build}/fuzz
SECONDS_EACH=${FUZZ_SECONDS:-5}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
export TMPDIR=$WORK

# Its own tests of the corpus and of new input: two assertions.
fuzz() {
	local name=$1 corpus=$PKS_TOP/tests/fuzz/corpus/$1

	mkdir -p "$WORK/$name"
	ok "$name: the corpus" "$FUZZERS/$name" -runs=0 "$corpus"
	ok "$name: $SECONDS_EACH seconds" "$FUZZERS/$name" -max_total_time="$SECONDS_EACH" \
		-timeout=10 -max_len=8192 -artifact_prefix="$PKS_OUT/$name-" "$WORK/$name" "$corpus"
	cmp_num "$(find "$corpus" -type f | wc -l)" -gt 1 "$name: there is a corpus"
}

mkdir -p "$PKS_OUT"
for source in "$PKS_TOP"/tests/fuzz/fuzz_*.c; do
	name=${source##*/fuzz_}
	name=${name%.c}
	[[ -x $FUZZERS/$name ]] || bail_out "no $FUZZERS/$name: run make unit"
	fuzz "$name"
done

done_testing
