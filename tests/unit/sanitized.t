#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The unit tests, and the command line's, with ASan, UBSan and LSan (`make sanitized`); and
# valgrind at the end of a command. `make test SAN=1` runs all tests so, those in the virtual
# machine, too.
#
# Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

SAN=$PKS_TOP/build/san
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

[[ -x $SAN/pkstrace ]] || bail_out "no $SAN/pkstrace: run make sanitized"
export PKS_BUILD=$SAN PKSTRACE=$SAN/pkstrace UBSAN_OPTIONS=print_stacktrace=1

cat >"$WORK/bad.c" <<'END'
#include <stdlib.h>

int main(int argc, char **argv)
{
	char *volatile lost = malloc(argc);

	(void)argv;
	lost = NULL;
	return !!lost;
}
END
ok "a program that leaks" cc -fsanitize=address -o "$WORK/bad" "$WORK/bad.c"
not_ok_cmd "is found out" "$WORK/bad"

for test in "$SAN"/tests/unit/*.t; do
	ok "${test##*/}" "$test"
done

# Of those of the command line the ones that go through most of the tool.
for name in documents help output report; do
	ok "$name.t" env "PKS_OUT=$WORK/$name" "$PKS_TOP/tests/unit/$name.t"
done

SESSION=$WORK/session
mkdir "$SESSION"
ok "sessions are written" "$SAN/tests/unit/session.t" --write "$SESSION"

at_exit() {
	valgrind --quiet --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all \
		--error-exitcode=99 "$PKS_TOP/build/pkstrace" "$@"
}

if command -v valgrind >/dev/null; then
	exits 1 "valgrind: report" at_exit report "$SESSION/few"
	exits 1 "valgrind: report as a page" at_exit report --format html "$SESSION/few"
	exits 4 "valgrind: diff, of one that is not complete" at_exit diff "$SESSION/few" "$SESSION/few"
else
	skip 3 "no valgrind: run tests/setup"
fi

done_testing
