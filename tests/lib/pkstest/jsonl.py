# SPDX-License-Identifier: GPL-2.0-only
"""The JSON that pkstrace prints, one object per line."""

import json


class Lines(list):
    """All objects of an output, in its order."""

    def of(self, kind):
        """Those of one type."""
        return [line for line in self if line.get("type") == kind]


def parse(text):
    """The Lines of a text; a value may also stand on several lines.  What is not JSON
    raises ValueError."""
    lines, decoder, at = Lines(), json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        lines.append(value)
    return lines


def read(path):
    with open(path, encoding="utf-8") as file:
        return parse(file.read())


def function(place):
    """The function's name in "name+0x12/0x34 [module]"."""
    return place.split("+")[0].split(" ")[0]
