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

# Runs with the stand-ins; exactly one line, which says what is missing.
refused()
{
	one_line "$1" "$3" "$2" env "PATH=$dir/bin:$PATH" "${@:4}"
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
		/usr/bin/dpkg-query "$@" | grep -v -w -e fio -e xfsprogs
	END
	refused 1 'missing packages: fio xfsprogs$' "two packages are missing" "$SETUP" --check
	if [[ $EUID -eq 0 ]]; then
		refused 1 'as root: apt-get install --no-install-recommends fio xfsprogs$' \
			"... and the user is not root" \
			setpriv --reuid 65534 --regid 65534 --clear-groups \
			env "HOME=$dir" "$SETUP"
	else
		skip 3 "not root: no other user to be"
	fi
	no_stand_ins
	full_disk
	refused 1 "building the test kernel needs [0-9]+ GiB in $dir/cache, only 1\.5 GiB are free" \
		"no room for the kernel" "$SETUP"
	no_stand_ins
	refused 2 "unknown option '--nonsense'" "an unknown option" "$SETUP" --nonsense
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

# As refused, but progress may come before the last line.
last_line()
{
	local want=$1 regex=$2 name=$3

	shift 3
	exits "$want" "$name" env "PATH=$dir/bin:$PATH" "$@"
	like "$(tail -n 1 <<<"$TAP_OUTPUT")" "$regex" "$name: says so in its last line"
}

test_build()
{
	refused 2 "no variant 'nonsense'; there are: .*outofline" "an unknown variant" "$BUILD" nonsense
	refused 2 'unknown option --nonsense' "an unknown option" "$BUILD" --nonsense
	source_package 5.10
	exits 1 "--print-dir of what is not built" "$BUILD" --print-dir
	is "$TAP_OUTPUT" '' "... prints nothing"
	last_line 3 'holds Linux 5\.10\.7, the series is for 6\.1\.x; install linux-source-6\.1' \
		"another version's source" "$BUILD"
	full_disk
	refused 3 "$dir/cache/kernel has 100 MB free, this needs [0-9]+ MB" "a full disk" "$BUILD"
	no_stand_ins
	last_line 3 'holds Linux 5\.10\.7, the series is for 6\.12\.x' \
		"... for a variant of 6.12" "$BUILD" 6.12-outofline
	source_package 6.1
	last_line 4 '0001-.*\.patch does not apply to Linux 6\.1\.7$' "a patch that does not apply" "$BUILD"
	printf 'no archive' >"$dir/source.tar.xz"
	last_line 3 'source.tar.xz is not a complete kernel source$' "a damaged source package" "$BUILD"
	PKSTRACE_KERNEL_SOURCE=$dir/nowhere refused 3 "no kernel source at $dir/nowhere" \
		"no source package" "$BUILD"
	unset PKSTRACE_KERNEL_SOURCE
	printf 'file\n' >"$dir/file"
	PKSTRACE_CACHE=$dir/file refused 3 "cannot create $dir/file/kernel; set PKSTRACE_CACHE" \
		"a cache that can't be" "$BUILD"
}

# An apt-get that writes its calls to $dir/calls and finds a package only if $1
# is among its options.
stand_in_apt()
{
	stand_in apt-get <<-END
		echo "\$*" >>$dir/calls
		[[ " \$* " == *" download "* ]] || exit 0
		[[ -n "$1" && " \$* " == *" $1 "* ]] || exit 100
		cp $dir/*.deb .
	END
}

# The stand-in's package: what source_package() made, where Debian has it.
debian_package()
{
	source_package 6.12
	unset PKSTRACE_KERNEL_SOURCE
	rm -rf "$dir/deb"
	mkdir -p "$dir/deb/DEBIAN" "$dir/deb/usr/src"
	cp "$dir/source.tar.xz" "$dir/deb/usr/src/linux-source-6.12.tar.xz"
	printf '%s\n' 'Package: linux-source-6.12' 'Version: 6.12.7-1' 'Architecture: all' \
		'Maintainer: nobody <nobody@example.org>' 'Description: none' \
		>"$dir/deb/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$dir/deb" "$dir/linux-source-6.12_6.12.7-1_all.deb" \
		>/dev/null
}

test_fetch()
{
	local kernel=$dir/cache/kernel shared

	if [[ -e /usr/src/linux-source-6.12.tar.xz ]]; then
		skip 9 "optional: linux-source-6.12 is installed, so nothing would be fetched"
		return
	fi
	rm -rf "$dir/cache"
	stand_in_apt ''
	last_line 3 "cannot fetch linux-source-6\.12: see $kernel/fetch-6\.12/log; install it" \
		"a source that no archive has" "$BUILD" 6.12-outofline
	is "$(grep -c ' download ' "$dir/calls")" 3 \
		"... looked for in the machine's lists, its sources and the backports"
	like "$(cat "$kernel/fetch-6.12/sources.list")" '^deb http[^ ]+ [a-z]+-backports main$' \
		"... of which there is a line"
	shared=$(grep -v -- "-o Dir::Cache=$kernel/" "$dir/calls"
		grep ' update$' "$dir/calls" | grep -v -- "-o Dir::State::Lists=$kernel/")
	is "$shared" '' "apt writes to directories of its own only"

	debian_package
	stand_in_apt Dir::Etc::SourceParts=/dev/null
	last_line 4 '\.patch does not apply to Linux 6\.12\.7$' \
		"a source that the backports have" "$BUILD" 6.12-outofline
	like "$TAP_OUTPUT" 'fetched linux-source-6\.12_6\.12\.7-1_all' "... is fetched"
	is "$(cd "$kernel" && echo linux-source-* fetch-*)" \
		'linux-source-6.12.tar.xz fetch-*' "... and nothing else stays"
	no_stand_ins
}

test_setup
test_build
test_fetch
done_testing
