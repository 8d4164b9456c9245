#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make install and uninstall, and completion in a shell. Runs on the host.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

: "${PKSTRACE:=${PKS_BUILD:-$PKS_TOP/build}/pkstrace}"
ROOT=$PKS_OUT/root
USR=$ROOT/usr

mkdir -p "$PKS_OUT"
rm -rf "$ROOT"

install() { make -s -C "$PKS_TOP" -o all "$1" DESTDIR="$ROOT" PREFIX=/usr; }

test_install() {
	ok "make install" install install
	ok "the tool is there" test -x "$USR/bin/pkstrace"
	is "$(find "$USR/share/man/man1" -name '*.1' | wc -l)" \
		"$(find "$PKS_TOP/user/doc" -name '*.1' | wc -l)" "all manual pages are there"
	ok "so is completion for bash" test -f "$USR/share/bash-completion/completions/pkstrace"
	ok "and for zsh" test -f "$USR/share/zsh/site-functions/_pkstrace"
	is "$("$USR/bin/pkstrace" --version)" "$("$PKSTRACE" --version)" "it runs from there"
	ok "make uninstall" install uninstall
	is "$(find "$ROOT" -type f)" "" "and nothing is left"
}

test_deb() {
	local package

	package=$(make -s -C "$PKS_TOP" -o all deb)
	ok "make deb" test -f "$package"
	is "$(dpkg-deb -f "$package" Package)" pkstrace "the package has its name"
	like "$(dpkg-deb -f "$package" Depends)" "libbpf1.*libc6.*libdw1" "and what it depends on"
	like "$(dpkg-deb -c "$package")" "root/root .* \./usr/bin/pkstrace"$'\n' "and the tool"
}

# What bash offers for the last of the words.
offered() {
	bash --norc -c '
		. "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_pkstrace
		printf "%s\n" "${COMPREPLY[@]}"' - \
		"$PKS_TOP/user/completion/pkstrace.bash" "$PKSTRACE" "$@"
}

test_bash() {
	local command options

	for command in $("$PKSTRACE" --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p'); do
		like $'\n'"$(offered '')"$'\n' $'\n'"$command"$'\n' "bash: the command $command"
		options=$("$PKSTRACE" "$command" --help |
			sed -nE 's/^ {2,6}(-[a-zA-Z], )?(--[a-z-]+=?).*/\2/p' | sort)
		is "$(offered "$command" -- | sort)" "$options" "bash: the options of $command"
	done
	is "$(offered sn)" snapshot "bash: a command that is begun"
	is "$(offered run --format j | xargs)" "json junit" "bash: formats"
	is "$(offered report --format = sp)" speedscope "bash: formats after ="
	like "$(offered run -- tru)" "true" "bash: commands after --"
}

test_zsh() {
	command -v zsh >/dev/null || {
		skip 1 "optional: no zsh"
		return
	}
	ok "zsh: can be read" zsh -n "$PKS_TOP/user/completion/_pkstrace"
}

test_install
test_deb
test_bash
test_zsh
done_testing
