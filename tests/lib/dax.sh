# SPDX-License-Identifier: GPL-2.0-only
#
# File systems on protected memory: source it with PMEM and MNT set.
#
#	dax_mount FS		makes FS on $PMEM and mounts it with DAX on $MNT

dax_mount() {
	local options=()

	case $1 in
	ext4) options=(-q -F -b 4096 -E lazy_itable_init=0,lazy_journal_init=0) ;;
	# The device is smaller than what xfsprogs would have by default.
	xfs) options=(-q -f --unsupported) ;;
	esac
	"mkfs.$1" "${options[@]}" "$PMEM" && mkdir -p "$MNT" &&
		mount -t "$1" -o dax=always "$PMEM" "$MNT"
}
