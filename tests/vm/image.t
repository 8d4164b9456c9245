#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/kernel/image: fetches once, uses what it has, says why it can't. With an
# apt of this test's own and small packages. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/lib/wait.sh"

IMAGE=$PKS_TOP/tests/kernel/image

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export PKSTRACE_CACHE=$dir/cache FAKE=$dir/apt
top=$PKSTRACE_CACHE/kernel
mkdir -p "$dir/bin" "$FAKE"
PATH=$dir/bin:$PATH

# apt as far as it is asked: $FAKE/offline is a network that is down, $FAKE/lists
# says which of the places has package lists, $FAKE/newest the package there.
cat >"$dir/bin/apt-get" <<'END_APT'
#!/bin/bash
echo "apt-get $*" >>"$FAKE/calls"
case "$*" in
*' update')
	[[ ! -e $FAKE/offline ]] || { echo 'E: no route to the mirror'; exit 100; } ;;
*' download '*)
	[[ ! -e $FAKE/offline ]] || { echo 'E: no route to the mirror'; exit 100; }
	[[ ! -e $FAKE/slow ]] || { : >"$FAKE/slow.begun"; exec sleep 100; }
	name=${!#}
	cp "$FAKE/${name%%=*}.deb" "${name%%=*}_${name##*=}_amd64.deb" ;;
esac
END_APT
cat >"$dir/bin/apt-cache" <<'END_APT'
#!/bin/bash
place=machine
[[ $* != *Dir::State::Lists=* ]] || place=own
[[ $* != *Dir::Etc::SourceList=* ]] || place=backports
echo "Package: ${!#}"
[[ ! -e $FAKE/$place.${!#} ]] || cat "$FAKE/$place.${!#}"
END_APT
chmod +x "$dir/bin/"*

# package RELEASE: builds linux-image-RELEASE as Debian lays it out.
package()
{
	local tree=$dir/tree

	rm -rf "$tree"
	mkdir -p "$tree/DEBIAN" "$tree/boot" "$tree/lib/modules/$1/kernel"
	printf 'Package: linux-image-%s\nVersion: 1\nArchitecture: amd64\n' "$1" >"$tree/DEBIAN/control"
	printf 'Maintainer: none <none@localhost>\nDescription: none\n' >>"$tree/DEBIAN/control"
	echo "kernel $1" >"$tree/boot/vmlinuz-$1"
	echo "CONFIG_X=y" >"$tree/boot/config-$1"
	: >"$tree/lib/modules/$1/modules.order"
	: >"$tree/lib/modules/$1/modules.builtin"
	dpkg-deb -b "$tree" "$FAKE/linux-image-$1.deb" >/dev/null
}

# offer PLACE META RELEASE VERSION: PLACE's lists have META, that asks for this image.
offer()
{
	package "$3"
	printf 'Depends: linux-image-%s (= %s)\n' "$3" "$4" >>"$FAKE/$1.$2"
}

# Runs it: status, its stdout and stderr in got and said.
image()
{
	got=$("$IMAGE" "$@" 2>"$dir/err")
	status=$?
	said=$(<"$dir/err")
}

test_usage()
{
	image --list
	like "$got" $'debian-6.1\n(.*\n)*debian-6.12\n(.*\n)*debian-6.12-rt' "--list names the images"
	image --print-dir debian-6.1
	is "$status $got$said" "1 " "--print-dir of what is not there: 1, and no word"
	not_ok_cmd "... and nothing was made" test -e "$PKSTRACE_CACHE"
	image debian-5.0
	is "$status" 2 "no such image: 2"
	like "$said" "^kernel image: no image 'debian-5.0'; there are: debian-6.1 [^"$'\n'"]*$" "... one line"
	image --nonsense debian-6.1
	is "$status $(wc -l <<<"$said")" "2 1" "no such option: 2, one line"
	image debian-6.1 debian-6.12
	is "$status $(wc -l <<<"$said")" "2 1" "two images: 2, one line"
}

test_fetch()
{
	offer machine linux-image-amd64 6.1.0-8-amd64 6.1.20-1
	offer machine linux-image-amd64 6.1.0-9-amd64 6.1.100-1
	image debian-6.1
	is "$status $got" "0 $top/debian-6.1-6.1.100-1" "the newest by Debian's order of versions"
	is "$(<"$got/version") $(<"$got/bzImage")" "6.1.0-9-amd64 kernel 6.1.0-9-amd64" "... kernel and version"
	ok "... config" test -s "$got/config"
	ok "... what its modules depend on" test -e "$got/lib/modules/6.1.0-9-amd64/modules.dep"
	is "$(cd "$top" && echo *)" "debian-6.1-6.1.100-1 image-lock" "... and nothing else is left"
	unlike "$(<"$FAKE/calls")" ' update' "... by the lists that the machine has"

	: >"$FAKE/offline"
	image debian-6.1
	is "$status $got$said" "0 $top/debian-6.1-6.1.100-1" "a second time: no network, no word"
	image --print-dir debian-6.1
	is "$status $got" "0 $top/debian-6.1-6.1.100-1" "--print-dir of what is there"
	image --print-dir debian-6.12
	is "$status" 1 "... is that of no other image"
	rm "$FAKE/offline"
}

test_update()
{
	offer own linux-image-amd64 6.1.0-10-amd64 6.1.101-1
	image debian-6.1
	is "$got" "$top/debian-6.1-6.1.100-1" "what is there is used although there is a newer one"
	image --update debian-6.1
	is "$status $got" "0 $top/debian-6.1-6.1.101-1" "--update fetches the newer one"
	image --update debian-6.1
	is "$status $got" "0 $top/debian-6.1-6.1.101-1" "--update once more: there is no newer one"
	rm "$FAKE/own.linux-image-amd64"
	offer own linux-image-amd64 6.1.0-11-amd64 6.1.102-1
	image --update debian-6.1
	is "$(cd "$top" && echo debian-6.1-*)" "debian-6.1-6.1.101-1 debian-6.1-6.1.102-1" \
		"the last two are kept"
}

test_places()
{
	offer own linux-image-amd64 6.12.9-amd64 6.12.9-1~bpo12+1
	offer backports linux-image-rt-amd64 6.12.9-rt-amd64 6.12.9-1~bpo12+1
	image debian-6.12
	is "$status $got" "0 $top/debian-6.12-6.12.9-1~bpo12+1" "from the machine's sources, read anew"
	image debian-6.12-rt
	is "$status $got" "0 $top/debian-6.12-rt-6.12.9-1~bpo12+1" "from the backports"
	image --print-dir debian-6.12
	is "$got" "$top/debian-6.12-6.12.9-1~bpo12+1" "one image's name may begin as another's"
}

test_failures()
{
	: >"$FAKE/offline"
	image debian-6.1-rt
	is "$status" 3 "no network: 3"
	like "$said" $'E: no route to the mirror\nkernel image: cannot fetch linux-image-rt-amd64 of Linux 6.1: see [^\n]*; check the network[^\n]*$' \
		"... apt's words, and one line"
	rm "$FAKE/offline"

	offer machine linux-image-rt-amd64 6.1.0-9-rt-amd64 6.1.100-1
	echo nothing >"$FAKE/linux-image-6.1.0-9-rt-amd64.deb"
	image debian-6.1-rt
	is "$status" 3 "not a package: 3"
	like "$said" 'kernel image: what apt fetched as [^'$'\n'']* is not a package; remove it' "... said"
	image --print-dir debian-6.1-rt
	is "$status" 1 "... and no image is there"

	: >"$FAKE/slow"
	set -m	# otherwise a background process would ignore SIGINT
	"$IMAGE" debian-6.1-rt >/dev/null 2>"$dir/err" &
	set +m
	ok "begins to fetch" wait_until 20 test -e "$FAKE/slow.begun"
	kill -INT $!
	wait $! 2>/dev/null
	is "$?" 130 "interrupted: 130"
	like "$(<"$dir/err")" 'kernel image: stopped$' "... said"
	rm "$FAKE/slow"
	package 6.1.0-9-rt-amd64
	image debian-6.1-rt
	is "$status $got" "0 $top/debian-6.1-rt-6.1.100-1" "the next run does it"
}

test_usage
test_fetch
test_update
test_places
test_failures
done_testing
