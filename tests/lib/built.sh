# SPDX-License-Identifier: GPL-2.0-only
#
# What make has built, for the scripts that run it in the VM: source it.
#
#	$TOP			the source tree
#	use_built SCRIPT [VARIANT]
#				exports PKS_TOP, PKS_BUILD, PKSTRACE, and PKS_DRIVER and
#				PKS_HUNT for this kernel (default: outofline), unless they
#				are set; SCRIPT is the name in messages
#	need TARGET FILE...	ends with 2 and one line if a FILE is missing that
#				`make TARGET` builds
#	kernel_of VARIANT	prints its directory; ends with 2 where there is none

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

use_built() {
	local modules

	SCRIPT=$1
	export PKS_TOP=$TOP PKS_BUILD=${PKS_BUILD:-$TOP/build}
	modules=$PKS_BUILD/modules/${2:-outofline}
	export PKSTRACE=${PKSTRACE:-$PKS_BUILD/pkstrace}
	export PKS_DRIVER=${PKS_DRIVER:-$modules/driver/pkstrace_bugs.ko}
	export PKS_HUNT=${PKS_HUNT:-$modules/hunt-driver/pkstrace_hunt.ko}
}

need() {
	local file

	for file in "${@:2}"; do
		[[ -e $file ]] || {
			printf '%s: %s is not there: run make %s\n' "$SCRIPT" "$file" "$1" >&2
			exit 2
		}
	done
}

kernel_of() {
	"$TOP/tests/kernel/build" --print-dir "$1" 2>/dev/null || {
		printf '%s: no kernel %s: run make modules VARIANT=%s\n' "$SCRIPT" "$1" "$1" >&2
		exit 2
	}
}
