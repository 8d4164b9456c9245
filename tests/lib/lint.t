#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cppcheck and clang-tidy find nothing in user/; what they need not say, and why, stands in
# .clang-tidy and tests/lib/cppcheck-exceptions. Runs on the host, after make.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

cd "$PKS_TOP" || bail_out "no $PKS_TOP"
BUILD=${PKS_BUILD:-build}
FLAGS=(-std=c11 -D_GNU_SOURCE '-DPKSTRACE_VERSION="0"' -Ibpf -Iuser "-I$BUILD")

mkdir -p "$PKS_OUT"

# As many at once as there are processors.
tidy() {
	find user -name '*.c' | sort | xargs -P "$(nproc)" -I{} \
		clang-tidy --quiet {} -- "${FLAGS[@]}" >"$1" 2>"$1.err"
}

# Of a source that cannot be read it finds nothing either.
tidy_finds() {
	clang-tidy --quiet "$1" -- >"$1.tidy" 2>/dev/null
	grep -q "$2" "$1.tidy"
}

if command -v clang-tidy >/dev/null; then
	printf '#include <stdlib.h>\nvoid *f(void);\nvoid *f(void)\n{\n\tfor (float i = 0; i < 1; i += 0.1f)\n\t\t;\n\treturn NULL;\n}\n' \
		>"$PKS_OUT/bad.c"
	cp .clang-tidy "$PKS_OUT"
	ok "clang-tidy finds a bad line" tidy_finds "$PKS_OUT/bad.c" cert-flp30-c
	ok "clang-tidy has read each file" tidy "$PKS_OUT/tidy"
	is "$(grep -hE 'warning:|error:' "$PKS_OUT/tidy" | sort -u)" "" "clang-tidy finds nothing"
else
	skip 3 "no clang-tidy: run tests/setup"
fi

# Of libbpf's macros it has to be told; the system's headers it does not read.
cpp() {
	cppcheck --quiet -j "$(nproc)" --enable=warning,performance,portability --std=c11 \
		--library=posix --library=gnu -D_GNU_SOURCE '-DPKSTRACE_VERSION="0"' \
		'-DLIBBPF_OPTS(type, name, ...)=struct type name = { 0 }' -D__bitwise= \
		--suppressions-list=tests/lib/cppcheck-exceptions --error-exitcode=1 \
		-Ibpf -Iuser "$@"
}

if command -v cppcheck >/dev/null; then
	printf 'int f(void)\n{\n\tint a[2];\n\n\ta[2] = 1;\n\treturn a[2];\n}\n' >"$PKS_OUT/bad2.c"
	exits 1 "cppcheck finds a bad line" cpp "$PKS_OUT/bad2.c"
	ok "cppcheck finds nothing" cpp user
else
	skip 2 "no cppcheck: run tests/setup"
fi

done_testing
