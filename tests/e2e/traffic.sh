# SPDX-License-Identifier: GPL-2.0-only
#
# Real work on a DAX file system of protected memory, in which there is nothing
# to be found: source it after e2e.sh. Each function below works in a directory
# of its own under $MNT, can be run beside the others, and fails if the work
# did.
#
#	traffic_fio		files by each of fio's engines, read back and verified
#	traffic_direct		O_DIRECT between mapped files and a RAM disk, both ways
#	traffic_bulk [S]	the same and file I/O for S seconds, as fast as can be
#	traffic_sqlite [ROWS]	a database with WAL, a writer and readers
#	traffic_stress [S]	stress-ng's stressors of files and mappings
#	traffic_git		clone, checkout, repack, fsck of a repository
#	traffic_all		all of these at the same time
#	traffic_until WINDOWS	traffic_all, and traffic_bulk in turn, until so many were
#				opened (count.sh)
#	traffic_mounts FS [N]	mounts, writes, unmounts
#	traffic_namespaces [N]	creates and destroys the namespace, with a file system
#				on it; $PMEM must not be in use, and is a bare
#				namespace again afterwards
#
# Traffic keeps clear of two defects of the series as posted, which are rightly
# found: no read(2) goes from a DAX file into a hole of a mapped DAX file, and
# nobody opens /proc/PID/mem.

ENGINES=(sync psync vsync pvsync2 mmap libaio posixaio io_uring splice)
DIRECT_ENGINES=(psync pvsync2 libaio io_uring)
RAM_DISK=/dev/ram0

fio_quiet() {
	fio --minimal --output=/dev/null "$@"
}

traffic_fio() {
	local engine jobs=()

	mkdir -p "$MNT/fio"
	for engine in "${ENGINES[@]}"; do
		jobs+=(--name="$engine" --ioengine="$engine")
	done
	fio_quiet --directory="$MNT/fio" --size=2m --bs=4k --rw=randrw --fsync=64 \
		--iodepth=4 --verify=crc32c --verify_fatal=1 --verify_state_save=0 "${jobs[@]}" || return
	rm -r "$MNT/fio"
}

# The buffers of fio are the mapped files, which have all their blocks; the RAM
# disk's driver maps each page.
traffic_direct() {
	local engine jobs=() at=0

	mkdir -p "$MNT/direct"
	for engine in "${DIRECT_ENGINES[@]}"; do
		jobs+=(--name="$engine" --ioengine="$engine" --offset="${at}m"
			--iomem="mmapshared:$MNT/direct/$engine")
		at=$((at + 4))
		dd if=/dev/zero of="$MNT/direct/$engine" bs=64k count=16 status=none || return
	done
	fio_quiet --filename=$RAM_DISK --direct=1 --size=4m --bs=64k --rw=randrw \
		--iodepth=4 --verify=crc32c --verify_fatal=1 --verify_state_save=0 \
		"${jobs[@]}" || return
	rm -r "$MNT/direct"
}

traffic_bulk() {
	mkdir -p "$MNT/bulk"
	dd if=/dev/zero of="$MNT/bulk/buffer" bs=64k count=32 status=none &&
		fio_quiet --time_based --runtime="${1:-4}" --rw=rw --ioengine=psync \
			--name=disk --filename=$RAM_DISK --direct=1 --offset=32m --size=24m --bs=1m \
			--iomem="mmapshared:$MNT/bulk/buffer" \
			--name=file --filename="$MNT/bulk/file" --size=2m --bs=1k || return
	rm -r "$MNT/bulk"
}

sqlite_rows() {
	printf 'with recursive n(i) as (select %d union all select i + 1 from n where i < %d)
		insert into t select i, randomblob(700) from n;\n' "$1" "$2"
}

traffic_sqlite() {
	local rows=${1:-500} db=$MNT/sqlite/db i jobs=() status=0

	mkdir -p "$MNT/sqlite"
	{
		echo 'pragma journal_mode = wal; create table t(i integer primary key, b blob);'
		sqlite_rows 1 "$rows"
	} | sqlite3 "$db" >/dev/null || return
	for i in 1 2; do
		sqlite3 -cmd '.timeout 60000' "$db" 'pragma mmap_size = 1000000000;
			select count(*), sum(length(b)) from t where i % 7 < 5;' \
			'update t set b = randomblob(600) where i % 5 = '"$i;" >/dev/null &
		jobs+=($!)
	done
	sqlite_rows $((rows + 1)) $((2 * rows)) | sqlite3 -cmd '.timeout 60000' "$db" || status=1
	for i in "${jobs[@]}"; do
		wait "$i" || status=1
	done
	[[ $(sqlite3 "$db" 'pragma wal_checkpoint(truncate); pragma integrity_check;
		select count(*) from t;' | tail -n 2 | xargs) == "ok $((2 * rows))" ]] || status=1
	rm -r "$MNT/sqlite"
	return $status
}

traffic_stress() {
	mkdir -p "$MNT/stress"
	stress-ng --temp-path "$MNT/stress" --timeout "${1:-4}s" --quiet \
		--hdd 1 --hdd-bytes 2m --iomix 1 --iomix-bytes 2m \
		--fallocate 1 --fallocate-bytes 2m --sync-file 1 \
		--sync-file-bytes 2m --seek 1 --seek-size 2m --dentry 1 --dentries 64 \
		--mmap 1 --mmap-file --mmap-bytes 2m --msync 1 --msync-bytes 2m \
		--mmapfork 1 || return
	rm -r "$MNT/stress"
}

# The repository: this source tree, as far as it is text.
git_source() {
	local dir=$WORK/repository

	[[ ! -d $dir ]] || return 0
	mkdir "$dir" && cp -r "$PKS_TOP"/{bpf,user,tests} "$dir" && cd "$dir" &&
		git init -q . && git add . &&
		git -c user.name=e2e -c user.email=e2e@localhost commit -q -m all
}

traffic_git() {
	local clone=$MNT/git/clone

	mkdir -p "$MNT/git"
	(git_source) &&
		git clone -q --no-local "$WORK/repository" "$clone" &&
		git clone -q --no-hardlinks "$clone" "$MNT/git/second" &&
		git -C "$clone" fsck --full --strict --no-progress &&
		git -C "$clone" repack -q -a -d -f &&
		rm -r "${clone:?}/user" &&
		git -C "$clone" checkout -q . &&
		git -C "$clone" diff --quiet &&
		git -C "$MNT/git/second" fsck --full --no-progress &&
		rm -r "$MNT/git"
}

traffic_all() {
	local job jobs=() status=0

	for job in fio direct bulk sqlite stress git; do
		"traffic_$job" & jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		wait "$job" || status=1
	done
	return $status
}

# A minute of bulk has ten times the windows of all the rest.
traffic_until() {
	local begin
	begin=$(count_now)

	while traffic_all; do
		(($(count_now) - begin < $1)) || return 0
		traffic_bulk 60 || return 1
		(($(count_now) - begin < $1)) || return 0
	done
	return 1
}

traffic_mounts() {
	local i

	for ((i = 0; i < ${2:-5}; i++)); do
		mount -t "$1" -o dax=always "$PMEM" "$MNT" &&
			dd if=/dev/urandom of="$MNT/file.$i" bs=64k count=8 status=none &&
			cp "$MNT/file.$i" "$MNT/copy" &&
			umount "$MNT" || return
	done
}

traffic_namespaces() {
	local i

	for ((i = 0; i < ${1:-3}; i++)); do
		ndctl create-namespace -f -e namespace0.0 -m fsdax -M mem >/dev/null &&
			dax_mount ext4 &&
			dd if=/dev/urandom of="$MNT/file" bs=64k count=8 status=none &&
			umount "$MNT" &&
			ndctl destroy-namespace -f namespace0.0 || return
	done 2>&1
}
