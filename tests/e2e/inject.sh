# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154 # $out is e2e.sh's
#
# For the tests of pkstrace inject and hunt: source it after e2e.sh.
#
#	inject ARGS...		runs `pkstrace inject ARGS` to its end: $status,
#				$out, $err
#	inject_start ARGS...	starts it; returns when it is attached. Ended with
#				trace_stop or trace_wait
#	injected		injections made, by $out
#	passed			calls that passed the filters, by $out
#	hit_calls		the hit calls' numbers within their threads: "3 6 9"

inject() {
	tool inject "$@"
}

inject_start() {
	TRACE_COMMAND=inject trace_start "$@"
}

injected() {
	sed -n 's/^pkstrace: injected \([0-9]*\) times, out of \([0-9]*\) calls.*/\1/p' <<<"$out"
}

passed() {
	sed -n 's/^pkstrace: injected \([0-9]*\) times, out of \([0-9]*\) calls.*/\2/p' <<<"$out"
}

hit_calls() {
	sed -n 's/^\[.*pkstrace: injected: #.*, call \([0-9]*\) of this thread$/\1/p' <<<"$out" | xargs
}
