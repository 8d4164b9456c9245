# SPDX-License-Identifier: GPL-2.0-only
#
# Waiting for what another process does, never for a time: source it.
#
#	wait_until SECONDS CMD ARGS...
#				runs CMD until it succeeds: 0 then, 1 if it has not
#				after SECONDS
#	wait_attached PID FILE	the same for a pkstrace whose standard error goes to
#				FILE: returns when it traces, 1 if it ended before that

wait_until() {
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

_attached_or_gone() {
	grep -q ' attached ' "$2" || [[ ! -d /proc/$1 ]]
}

wait_attached() {
	wait_until 120 _attached_or_gone "$1" "$2" && grep -q ' attached ' "$2"
}
