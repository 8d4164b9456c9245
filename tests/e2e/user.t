#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A command runs as the user who is named, or who called sudo, and is traced all the same.
#
# vm: timeout=600

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"
. "$PKS_TOP/tests/e2e/e2e.sh"

driver_load
chmod 711 /sys/kernel/debug "$DRIVER_DIR"
chmod 666 "$DRIVER_DIR/pairs"
script="id -u >$WORK/who; id -G >>$WORK/who; echo \$HOME >>$WORK/who; echo 10 >$DRIVER_DIR/pairs"
chmod 777 "$WORK"

as() {
	rm -f "$WORK/who"
	"$@" >"$WORK/out" 2>"$WORK/err" </dev/null
	status=$? out=$(<"$WORK/out") err=$(<"$WORK/err")
	who=$(xargs <"$WORK/who")
}

nobody="65534 65534 $(getent passwd nobody | cut -d: -f6)"
as "$PKSTRACE" run --user nobody -- bash -c "$script"
is "$status" 0 "--user: exit status 0" || diag "$out" "$err"
is "$who" "$nobody" "--user: the user, with his groups and his home alone"
is "$(granted)" 10 "--user: the windows are counted"
as env SUDO_UID=65534 SUDO_GID=65534 "$PKSTRACE" stat -- bash -c "$script"
is "$who" "$nobody" "under sudo: whoever called it"
like "$err" 'bash runs as nobody, who called sudo \(--user root: as root\)' "under sudo: said"
as env SUDO_UID=65534 SUDO_GID=65534 "$PKSTRACE" run --user root -- bash -c "$script"
like "$who" '^0 0' "under sudo, with --user root: root"
as "$PKSTRACE" run -- bash -c "$script"
like "$who" '^0 0' "otherwise: as pkstrace itself"
one_line 2 "a user that there is not" "'no-such-user': no such user" \
	"$PKSTRACE" run --user no-such-user -- true

done_testing
