#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What other tools read, as they read it: each form of a session by a validator or a
# parser that is not ours, where Debian has one. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

: "${PKSTRACE:=${PKS_BUILD:-$PKS_TOP/build}/pkstrace}"
SESSIONS=${PKS_BUILD:-$PKS_TOP/build}/tests/unit/session.t
WORK=$PKS_OUT
TREE=$PKS_TOP/build/kunit
KUNIT=$TREE/tools/testing/kunit # it asks for this path
PYTHON=/usr/bin/python3 # Debian's, with its modules
FORMS=(junit ktap sarif openmetrics folded speedscope)

mkdir -p "$WORK"
rm -f "$WORK/whole"* "$WORK/few"*
ok "sessions are written" "$SESSIONS" --write "$WORK"

# The session "$2" in the form "$1", in a file of its own.
document() {
	"$PKSTRACE" report --format "$1" "$WORK/$2" >"$WORK/$2.$1" 2>"$WORK/err"
	is "$?" 1 "$1, $2: the status is that of the run"
	is "$(<"$WORK/err")" "" "$1, $2: nothing else is said"
}

# What the reader of a form finds wrong with it.
complaints() { "$PYTHON" "$PKS_TOP/tests/lib/documents.py" "$1" "$WORK/$2.$1" 2>&1; }

# kunit.py, from the kernel's source package; it takes a while to unpack, once.
unpack_kunit() {
	local source=/usr/src/linux-source-6.1.tar.xz

	[[ -x $KUNIT/kunit.py ]] && return
	[[ -r $source ]] || return
	rm -rf "$TREE" "$TREE.new"
	mkdir -p "$TREE.new" &&
		tar -C "$TREE.new" --strip-components=1 -xJf "$source" \
			linux-source-6.1/tools/testing/kunit && mv "$TREE.new" "$TREE"
}

test_ktap() {
	local said failed

	unpack_kunit || {
		skip 2 "no linux-source-6.1: run tests/setup"
		return
	}
	said=$("$PYTHON" "$KUNIT/kunit.py" parse --json="$WORK/kunit.json" "$WORK/$1.ktap" 2>&1)
	failed=$(grep -c '^    not ok' "$WORK/$1.ktap")
	like "$said" "Testing complete. .*failed: $failed" "ktap, $1: kunit.py counts what failed"
	is "$(grep -c '\[ERROR\]' <<<"$said")" 0 "ktap, $1: and has no complaint"
}

test_junit() {
	command -v xmllint >/dev/null || {
		skip 1 "no xmllint: run tests/setup"
		return
	}
	ok "junit, $1: is XML" xmllint --noout "$WORK/$1.junit"
}

test_session() {
	local form

	for form in "${FORMS[@]}"; do
		document "$form" "$1"
	done
	test_junit "$1"
	test_ktap "$1"
	for form in junit sarif folded speedscope; do
		is "$(complaints "$form" "$1")" "" "$form, $1: can be read"
	done
	if "$PYTHON" -c 'import prometheus_client' 2>/dev/null; then
		is "$(complaints openmetrics "$1")" "" "openmetrics, $1: can be read"
	else
		skip 1 "no python3-prometheus-client: run tests/setup"
	fi
}

# Two machines in one document, and names that are to be text.
test_hostile() {
	local form

	sed "s|\"comm\":\"worker\"|\"comm\":\"evil<&>\\\\\"\\\\u0001#\"|g; s|drv_map|drv<map>\&;#|g" \
		"$WORK/few" >"$WORK/hostile"
	for form in "${FORMS[@]}"; do
		"$PKSTRACE" report --force --format "$form" "$WORK/hostile" "$WORK/few" \
			>"$WORK/hostile.$form" 2>"$WORK/err"
		is "$?" 1 "$form: of hostile names: the status is that of the run"
	done
	test_junit hostile
	test_ktap hostile
	for form in junit sarif folded speedscope openmetrics; do
		is "$(complaints "$form" hostile)" "" "$form: hostile names are text"
	done
}

# Forms of a whole run are made by the commands that make one.
test_refused() {
	"$PKSTRACE" snapshot --format junit 2>"$WORK/err"
	is "$?" 2 "snapshot: has no form for CI"
	like "$(<"$WORK/err")" "the format junit has no form" "snapshot: and says so"
	"$PKSTRACE" diff --format sarif "$WORK/few" "$WORK/few" 2>"$WORK/err"
	is "$?" 2 "diff: neither"
}

test_session few
test_session whole
test_hostile
test_refused
done_testing
