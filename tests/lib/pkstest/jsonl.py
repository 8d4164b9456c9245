# SPDX-License-Identifier: GPL-2.0-only
"""The JSON that pkstrace prints, one object per line."""

import json
import os

TREE = os.path.dirname(os.path.realpath(__file__)) + "/../../.."
with open(f"{TREE}/user/doc/output.schema.json", encoding="utf-8") as schema:
    PARTS = json.load(schema)["definitions"]


class Lines(list):
    """All objects of an output, in its order."""

    def of(self, kind):
        """Those of one type."""
        return [line for line in self if line.get("type") == kind]


def numbers(value, part):
    """The value with a number in place of each string that the schema calls one."""
    name = part.get("$ref", "").rpartition("/")[2]
    part = PARTS.get(name, part)
    if name in ("count", "signed") and isinstance(value, str):
        return int(value)
    if isinstance(value, dict):
        others = part.get("additionalProperties", {})
        return {key: numbers(member, part.get("properties", {}).get(key, others))
                for key, member in value.items()}
    if isinstance(value, list):
        return [numbers(element, part.get("items", {})) for element in value]
    return value


def record(value):
    kind = value.get("type") if isinstance(value, dict) else None
    return numbers(value, PARTS.get(kind, {}))


def parse(text):
    """The Lines of a text, their 64-bit values as numbers; a value may also stand on several
    lines.  What is not JSON raises ValueError."""
    lines, decoder, at = Lines(), json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        lines.append(record(value))
    return lines


def read(path):
    with open(path, encoding="utf-8") as file:
        return parse(file.read())


def function(place):
    """The function's name in "name+0x12/0x34 [module]"."""
    return place.split("+")[0].split(" ")[0]
