# SPDX-License-Identifier: GPL-2.0-only
"""Checks each line of a session against user/doc/session.schema.json, and that none is new to it."""
import json
import sys

import jsonschema

schema_path, session_path = sys.argv[1:]
with open(schema_path) as f:
    schema = json.load(f)
validator = jsonschema.Draft7Validator(schema)


def resolve(part):
    if "$ref" in part:
        return {**resolve(schema["definitions"][part["$ref"].rsplit("/", 1)[1]]), **part}
    return part


def unknown(value, part, where):
    """Members that the schema has no word for: nobody could know what they mean."""
    part = resolve(part)
    if isinstance(value, dict) and "properties" in part:
        for name, member in value.items():
            if name not in part["properties"]:
                yield f"{where}.{name}"
            else:
                yield from unknown(member, part["properties"][name], f"{where}.{name}")
    elif isinstance(value, list) and "items" in part:
        for element in value:
            yield from unknown(element, part["items"], where)


def part_of(kind):
    for one in schema["allOf"]:
        condition = one["if"]["properties"]["type"]
        if condition.get("const") == kind or kind in condition.get("enum", []):
            return resolve(one["then"])
    return None


wrong = set()
with open(session_path, encoding="utf-8") as f:
    for number, line in enumerate(f, 1):
        record = json.loads(line)
        for error in validator.iter_errors(record):
            wrong.add(f"line {number}: {'/'.join(map(str, error.path))}: {error.message}"[:200])
        kind = record.pop("type")
        part = part_of(kind)
        if part is None:
            wrong.add(f"line {number}: no such type: {kind}")
        else:
            wrong.update(unknown(record, part, kind))
print("\n".join(sorted(wrong)))
