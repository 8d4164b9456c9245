# SPDX-License-Identifier: GPL-2.0-only
"""Reads TAP, the test anything protocol, version 12."""

import re
from dataclasses import dataclass, field

TEST = re.compile(r"(?P<not>not )?ok\b *(?P<number>\d+)? *(?P<text>.*)")
PLAN = re.compile(r"1\.\.(\d+)\s*(?:#\s*skip\S*\s*(.*))?$", re.I)
# A '#' with a backslash before it belongs to the name.
DIRECTIVE = re.compile(r"(?<!\\)#\s*(skip|todo)\b\S*\s*(.*)", re.I)
BAIL_OUT = re.compile(r"Bail out!\s*(.*)")


@dataclass
class Test:
    line: str
    held: bool  # a TODO does not excuse a failure
    skipped: str | None  # the reason
    comments: list = field(default_factory=list)  # after a failure


@dataclass
class Tap:
    """What one test file printed; errors: where that breaks the protocol."""

    tests: list = field(default_factory=list)
    skip_all: str | None = None
    bail_out: str | None = None
    errors: list = field(default_factory=list)


class Reader:
    def __init__(self):
        self.tap = Tap()
        self.plans = []  # (number of tests, number of tests before it)
        self.after_failure = None

    def test(self, found, line):
        number = found["number"]
        due = len(self.tap.tests) + 1
        directive = DIRECTIVE.search(found["text"])
        skipped = directive[2] if directive and directive[1].lower() == "skip" else None
        test = Test(line, not found["not"], skipped)
        if number and int(number) != due:
            self.tap.errors.append(f"test {number} where {due} was due")
        self.tap.tests.append(test)
        self.after_failure = None if test.held else test

    def plan(self, found):
        count = int(found[1])
        self.plans.append((count, len(self.tap.tests)))
        if not count:
            self.tap.skip_all = found[2] or ""

    def line(self, line):
        if found := TEST.match(line):
            self.test(found, line)
        elif found := PLAN.match(line):
            self.plan(found)
        elif found := BAIL_OUT.match(line):
            self.tap.bail_out = found[1]
        elif line.startswith("#") and self.after_failure:
            self.after_failure.comments.append(line)

    def end(self):
        errors, ran = self.tap.errors, len(self.tap.tests)
        if not self.plans:
            errors.append("No plan found in TAP output")
        elif len(self.plans) > 1:
            errors.append("More than one plan found in TAP output")
        else:
            planned, before = self.plans[0]
            if before not in (0, ran):
                errors.append("The plan is neither at the beginning nor at the end")
            if planned != ran:
                errors.append(f"Bad plan: planned {planned} tests but ran {ran}")
        return self.tap


def read(lines):
    """The Tap of these lines."""
    reader = Reader()
    for line in lines:
        reader.line(line.rstrip())
    return reader.end()
