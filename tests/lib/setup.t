#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What set-up lacks is named before the long work starts: packages and disk
# space by tests/setup, source, options and patches by tests/kernel/build.
# Runs on the host; installs nothing, builds nothing.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

SETUP=$PKS_TOP/tests/setup
BUILD=$PKS_TOP/tests/kernel/build

dir=$(mktemp -d /tmp/pks-test-setup.XXXXXX)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
mkdir "$dir/bin" "$dir/cache"
export PKSTRACE_CACHE=$dir/cache

# A program that stands before the real one of that name; from stdin.
stand_in()
{
	{
		printf '#!/bin/bash\n'
		cat
	} >"$dir/bin/$1"
	chmod +x "$dir/bin/$1"
}

no_stand_ins()
{
	rm -f "$dir"/bin/*
}

# Runs with the stand-ins; exactly one line, which matches.
one_line()
{
	local want=$1 regex=$2 name=$3

	shift 3
	exits "$want" "$name" env "PATH=$dir/bin:$PATH" "$@"
	is "$(wc -l <<<"$TAP_OUTPUT")" 1 "$name: one line"
	like "$TAP_OUTPUT" "$regex" "$name: says what is missing"
}

full_disk()
{
	stand_in df <<-'END'
		[[ $* == *--output=avail* ]] && printf 'Avail\n1536M\n' && exit
		printf 'Filesystem 1048576-blocks Used Available Capacity Mounted\n/dev/x 9 9 100 99%% /\n'
	END
}

test_setup()
{
	ok "here nothing is missing" "$SETUP" --check
	stand_in dpkg-query <<-'END'
		case ${!#} in
		fio | xfsprogs) exit 1 ;;
		esac
		echo ii
	END
	one_line 1 'missing packages: fio xfsprogs$' "two packages are missing" "$SETUP" --check
	if [[ $EUID -eq 0 ]]; then
		one_line 1 'as root: apt-get install --no-install-recommends fio xfsprogs$' \
			"... and the user is not root" \
			setpriv --reuid 65534 --regid 65534 --clear-groups \
			env "HOME=$dir" "$SETUP"
	else
		skip 3 "not root: no other user to be"
	fi
	no_stand_ins
	full_disk
	one_line 1 "building the test kernel needs [0-9]+ GiB in $dir/cache, only 1\.5 GiB are free" \
		"no room for the kernel" "$SETUP"
	no_stand_ins
	one_line 2 "unknown option '--nonsense'" "an unknown option" "$SETUP" --nonsense
}

# A source package of version $1 with nothing in it but what names the version.
source_package()
{
	rm -rf "$dir/linux"
	mkdir "$dir/linux"
	printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = 7\n' "${1%.*}" "${1#*.}" \
		>"$dir/linux/Makefile"
	tar -C "$dir" -cJf "$dir/source.tar.xz" linux
	export PKSTRACE_KERNEL_SOURCE=$dir/source.tar.xz
}

# As one_line, but progress may come before the last line.
last_line()
{
	local want=$1 regex=$2 name=$3

	shift 3
	exits "$want" "$name" env "PATH=$dir/bin:$PATH" "$@"
	like "$(tail -n 1 <<<"$TAP_OUTPUT")" "$regex" "$name: says so in its last line"
}

test_build()
{
	one_line 2 "no variant 'nonsense'; there are: .*outofline" "an unknown variant" "$BUILD" nonsense
	one_line 2 'unknown option --nonsense' "an unknown option" "$BUILD" --nonsense
	source_package 5.10
	exits 1 "--print-dir of what is not built" "$BUILD" --print-dir
	is "$TAP_OUTPUT" '' "... prints nothing"
	last_line 3 'holds Linux 5\.10\.7, the series is for 6\.1\.x; install linux-source-6\.1' \
		"another version's source" "$BUILD"
	full_disk
	one_line 3 "$dir/cache/kernel has 100 MB free, this needs [0-9]+ MB" "a full disk" "$BUILD"
	no_stand_ins
	source_package 6.1
	last_line 4 '0001-.*\.patch does not apply to Linux 6\.1\.7$' "a patch that does not apply" "$BUILD"
	printf 'no archive' >"$dir/source.tar.xz"
	last_line 3 'source.tar.xz is not a complete kernel source$' "a damaged source package" "$BUILD"
	PKSTRACE_KERNEL_SOURCE=$dir/nowhere one_line 3 "no kernel source at $dir/nowhere" \
		"no source package" "$BUILD"
	unset PKSTRACE_KERNEL_SOURCE
	printf 'file\n' >"$dir/file"
	PKSTRACE_CACHE=$dir/file one_line 3 "cannot create $dir/file/kernel; set PKSTRACE_CACHE" \
		"a cache that can't be" "$BUILD"
}

test_setup
test_build
done_testing
