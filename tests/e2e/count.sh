# SPDX-License-Identifier: GPL-2.0-only
#
# A second count of grants, by the kernel's kprobe events with a histogram:
# source it after e2e.sh and driver_load.
#
#	count_open		installs it; learns which pgmap the driver's
#				protected pages belong to
#	count_now		grants on that pgmap so far
#	count_quiet		waits until no more come
#	count_missed		hits that the kprobes lost
#	count_close
#	counted_run NAME CMD ARGS...
#				runs CMD while the whole system is traced; asserts that
#				it succeeds, that nothing was found or lost, and that
#				both counts are equal; leaves the count in $grants
#
# pgmap_set_readwrite() is called for ordinary pages too, with a list pointer
# where device memory has its pgmap (struct page's second word): the value of
# that word tells them apart. __pgmap_set_readwrite() has the pgmap itself;
# in this layout neither calls the other.

EVENTS=/sys/kernel/tracing/events/e2e
PROBES=(grant_page grant_pgmap)

# The sum of a histogram's hits.
count_of() {
	awk '/^ *Hits:/ { n = $2 } /^ *Dropped: *[1-9]/ { n = "dropped" } END { print n + 0 }' \
		"$EVENTS/$1/hist"
}

count_open() {
	local probe pgmap

	count_close
	echo 'p:e2e/grant_page pgmap_set_readwrite pgmap=+8(%di):x64' \
		>>/sys/kernel/tracing/kprobe_events &&
		echo 'p:e2e/grant_pgmap __pgmap_set_readwrite pgmap=%di:x64' \
			>>/sys/kernel/tracing/kprobe_events || return 1
	echo 'hist:keys=pgmap.hex' >"$EVENTS/grant_page/trigger"
	echo 123457 >"$DRIVER_DIR/pairs"
	pgmap=$(sed -n 's/^{ pgmap: *\([0-9a-f]*\) *} hitcount: *123457$/\1/p' \
		"$EVENTS/grant_page/hist")
	[[ -n $pgmap ]] || return 1
	echo '!hist:keys=pgmap.hex' >"$EVENTS/grant_page/trigger"
	for probe in "${PROBES[@]}"; do
		echo "hist:keys=pgmap.hex if pgmap == 0x$pgmap" >"$EVENTS/$probe/trigger" ||
			return 1
	done
}

count_now() {
	echo $(($(count_of grant_page) + $(count_of grant_pgmap)))
}

count_quiet() {
	local before now i

	sync
	now=$(count_now)
	for ((i = 0; i < 60; i++)); do
		before=$now
		sleep 0.5
		now=$(count_now)
		[[ $now != "$before" ]] || return 0
	done
	diag "still $((now - before)) grants in half a second"
	return 1
}

count_missed() {
	awk '$1 ~ /^e2e\// || $1 ~ /^grant_p/ { n += $3 } END { print n + 0 }' \
		/sys/kernel/tracing/kprobe_profile
}

# A probe with a histogram on it can't be removed.
count_close() {
	local probe trigger

	for probe in "${PROBES[@]}"; do
		[[ -d $EVENTS/$probe ]] || continue
		while read -r trigger; do
			[[ $trigger != hist:* ]] || echo "!${trigger% \[*}" >"$EVENTS/$probe/trigger"
		done < <(cat "$EVENTS/$probe/trigger")
		echo "-:e2e/$probe" >>/sys/kernel/tracing/kprobe_events
	done
}

# Grants while the tool attaches or detaches would be in one of the counts only:
# it starts when none come, and again where some came all the same.
quiet_start() {
	local i

	for ((i = 0; i < 5; i++)); do
		count_quiet
		before=$(count_now)
		trace_start || return
		[[ $(count_now) != "$before" ]] || return 0
		trace_stop
	done
	diag "grants at each of $i starts"
	return 1
}

counted_run() {
	local name=$1 before late

	shift
	quiet_start || {
		fail "$name: starts"
		return
	}
	ok "$name: succeeds" "$@"
	count_quiet
	grants=$(($(count_now) - before))
	trace_stop
	late=$(($(count_now) - before - grants))
	is_clean "$name"
	# Of those that came while it detached nobody knows who counted them.
	[[ $late -eq 0 || $(granted) -lt $grants || $(granted) -gt $((grants + late)) ]] ||
		grants=$(granted)
	is "$(granted)" "$grants" "$name: as many grants as the kernel's kprobes count"
}
