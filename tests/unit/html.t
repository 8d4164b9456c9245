#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The page of a session in a browser that nobody sees: it opens, its findings do, its
# tables sort, and it asks for nothing. Pictures of it are left in build/page.

. "${PKS_TOP:?run through tests/run}/tests/lib/tap.sh"

: "${PKSTRACE:=${PKS_BUILD:-$PKS_TOP/build}/pkstrace}"
SESSIONS=${PKS_BUILD:-$PKS_TOP/build}/tests/unit/session.t
PICTURES=$PKS_TOP/build/page

mkdir -p "$PKS_OUT" "$PICTURES"
rm -f "$PKS_OUT/few"* "$PKS_OUT/whole"*
ok "a session is written" "$SESSIONS" --write "$PKS_OUT"

# A name that would be markup if it were taken for that.
sed 's|"comm":"worker"|"comm":"<img src=x:y>"|g; s|"in":"drv_map|"in":"</script><script>pwned=1</script>drv_map|' \
	"$PKS_OUT/few" >"$PKS_OUT/hostile"
"$PKSTRACE" report --force --format html "$PKS_OUT/hostile" >"$PKS_OUT/page.html" 2>/dev/null
is "$?" 1 "html: the status is that of the run"
is "$(grep -c '^@DATA@$' "$PKS_OUT/page.html")" 0 "html: the data are in it"
is "$(grep -cE '(src|href)="?(https?:)?//' "$PKS_OUT/page.html")" 0 "html: it refers to nothing"
is "$("$PKSTRACE" report --format html "$PKS_OUT/whole" | grep -c '"hunts":\[{')" 1 \
	"html: the error paths of a hunt are in it"

if command -v chromium chromedriver >/dev/null && /usr/bin/python3 -c 'import selenium' 2>/dev/null; then
	while IFS= read -r line; do
		# Each is a check that page.py has made.
		is "${line%% - *}" ok "browser: ${line#* - }"
	done < <(/usr/bin/python3 "$PKS_TOP/tests/lib/page.py" "$PKS_OUT/page.html" "$PICTURES" 2>&1 |
		grep -v '^[^on]')
else
	skip 1 "optional: no chromium, chromium-driver, python3-selenium"
fi
done_testing
