# SPDX-License-Identifier: GPL-2.0-only
"""Checks JSON lines against a schema of user/doc, and that it has a word for each member."""
import json
import sys

import jsonschema

schema_path, *paths = sys.argv[1:]
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
            more = part["properties"].get(name, part.get("additionalProperties"))
            if more is None:
                yield f"{where}.{name}"
            else:
                yield from unknown(member, more, f"{where}.{name}")
    elif isinstance(value, list) and "items" in part:
        for element in value:
            yield from unknown(element, part["items"], where)


def part_of(kind):
    for one in schema["allOf"]:
        condition = one["if"]["properties"]["type"]
        if condition.get("const") == kind or kind in condition.get("enum", []):
            return resolve(one["then"])
    return None


def examine(path):
    with open(path, encoding="utf-8") as file:
        # Golden files have remarks between the lines.
        lines = [(n, line) for n, line in enumerate(file, 1) if not line.startswith("#")]
    for number, line in lines:
        record = json.loads(line)
        for error in validator.iter_errors(record):
            yield f"line {number}: {'/'.join(map(str, error.path))}: {error.message}"[:200]
        part = part_of(record["type"])
        if part is None:
            yield f"line {number}: no such type: {record['type']}"
        else:
            named = {"properties": {**part["properties"], "type": {}}}
            yield from unknown(record, {**part, **named}, record["type"])


for name in paths:
    for error in sorted(set(examine(name))):
        print(f"{name}: {error}")
