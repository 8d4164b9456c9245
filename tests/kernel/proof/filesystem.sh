# SPDX-License-Identifier: GPL-2.0-only
#
# What ext4 and xfs on protected memory have to do; sourced by their tests,
# after proof.sh. filesystem_proof FS runs it all.

job_file() {
	cat <<'END'
[global]
directory=/mnt/proof
size=8m
bs=4k
verify=crc32c
verify_fatal=1
end_fsync=1

[random-write]
ioengine=psync
rw=randwrite
fsync=32
numjobs=2

[mapped]
ioengine=mmap
rw=randwrite
numjobs=2

[large]
ioengine=psync
rw=write
bs=128k
END
}

fio_load() { fio --minimal "$@" "$PKS_OUT/load.fio"; }

# Ordinary commands, at the same time as fio.
copy_files() {
	local i

	for i in 1 2 3 4; do
		dd if=/dev/urandom of="$MNT/data.$i" bs=64k count=16 conv=fsync status=none &&
			cp "$MNT/data.$i" "$MNT/copy.$i" &&
			cmp "$MNT/data.$i" "$MNT/copy.$i" || return 1
	done
	truncate -s 100000 "$MNT/copy.1"
	mv "$MNT/copy.2" "$MNT/moved"
	rm "$MNT/copy.3"
	(cd "$MNT" && sha256sum data.* copy.* moved >"$PKS_OUT/sums")
}

load_in_parallel() {
	local status=0

	copy_files &
	fio_load || status=1
	wait $! || status=1
	return $status
}

check_files() { (cd "$MNT" && sha256sum --quiet -c "$PKS_OUT/sums"); }

check_filesystem() {
	case $1 in
	ext4) e2fsck -fn "$PMEM" ;;
	xfs) xfs_repair -n "$PMEM" ;;
	esac
}

filesystem_proof() {
	local grants revokes

	mkdir -p "$PKS_OUT"
	job_file >"$PKS_OUT/load.fio"
	ok "mkfs.$1 and mount with DAX" dax_mount "$1" || bail_out "$TAP_OUTPUT"
	like "$(grep " $MNT " /proc/mounts)" 'dax=always' "$1 uses DAX"

	count_start "$PGMAP_GRANT" "$PGMAP_REVOKE"
	ok "parallel writes, mappings, fsync; all data verified" load_in_parallel
	read -r grants revokes < <(count_stop)
	cmp_num "$grants" -ge 4000 "the load went through windows"
	is "$revokes" "$grants" "as many revokes as grants"

	ok "the files are intact" check_files
	ok "umount" umount "$MNT"
	ok "mount again" mount -t "$1" -o dax=always "$PMEM" "$MNT"
	ok "the files are intact after the remount" check_files
	ok "so is fio's data" fio_load --verify_only
	ok "umount" umount "$MNT"
	ok "the file system is clean" check_filesystem "$1"
	is "$(stray_warnings)" 0 "no access was stray"
}
