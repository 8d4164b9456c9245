# SPDX-License-Identifier: GPL-2.0-only
"""Reads the text that `pkstrace run` prints back into findings."""

import re
from dataclasses import dataclass, field

RULE = re.compile(r"^={20,}$")
TITLE = re.compile(r"^\[ *(\d+)\.(\d{6})\] BUG: pkstrace: (\S+) in (.*)$")
CAUSE = re.compile(r"^Cause: ([\w-]+):")
BOUNDARY = re.compile(r" still open at ([\w-]+)")
WHO = re.compile(r"^By (.*)/(\d+) \(tgid (\d+)\)")
VERDICT = re.compile(r"^pkstrace: (?:no finding|(\d+) findings? \(.*\)); (\w+)")
WINDOWS = re.compile(r"^pkstrace: (\d+) windows granted, (\d+) closed, (\d+) open, "
                     r"(\d+) protection faults")
COUNTED = re.compile(r"^ +(\d+) +[\d.]+ +[\d.]+  (\S+ in .*)$")
FRAME = re.compile(r"^ (\S+?)(?:\+0x[0-9a-f]+(?:/0x[0-9a-f]+)?)?(?: \[[\w-]+\])?(?: \S+:\d+)?$")

# Title of a stack, as it begins, and what it is called here.
STACKS = (
    ("Accessed by", "accessed"),
    ("Window granted by", "granted"),
    ("Window revoked by", "revoked"),
    ("Revoked by", "revoked"),
    ("Poisoned by", "poisoned"),
    ("Thread created by", "created"),
)


@dataclass
class Finding:
    time_us: int
    name: str  # class, with "/cause" or "/boundary" where it has one
    function: str  # in the title
    tid: int = 0
    tgid: int = 0
    tops: dict = field(default_factory=dict)  # stack -> function on top of it
    text: str = ""


@dataclass
class Report:
    findings: list = field(default_factory=list)
    total: int = None  # of the verdict line; None: there is none
    complete: bool = False
    granted: int = None
    closed: int = None
    open: int = None
    faults: int = None
    lost: list = field(default_factory=list)
    repeated: list = field(default_factory=list)  # (count, what and where) beyond 1
    text: str = ""


def function_of(frame):
    """Name in a line of a stack or a title, without offset and module."""
    found = FRAME.match(" " + frame.strip())
    return found.group(1) if found else frame.strip()


def read_stack(finding, title, lines):
    for start, name in STACKS:
        if title.startswith(start):
            for line in lines:
                if not line.startswith(" [inlined]"):
                    finding.tops[name] = function_of(line)
                    return


def read_finding(lines):
    found = TITLE.match(lines[0])
    seconds, micros, name, function = found.groups()
    finding = Finding(int(seconds) * 1000000 + int(micros), name, function_of(function))
    finding.text = "\n".join(lines)
    for i, line in enumerate(lines[1:], 1):
        more = CAUSE.match(line) or BOUNDARY.search(line)
        if more and not line.startswith(" ") and "/" not in finding.name and \
                name in ("leak", "stray-access"):
            finding.name = name + "/" + more.group(1)
        who = WHO.match(line)
        if who:
            finding.tid, finding.tgid = int(who.group(2)), int(who.group(3))
        if line.endswith(":") and not line.startswith(" "):
            read_stack(finding, line, lines[i + 1:])
    return finding


def parse(text):
    """The Report that the tool's standard output holds."""
    report = Report(text=text)
    block = None
    for line in text.splitlines():
        if RULE.match(line):
            if block:
                report.findings.append(read_finding(block))
            block = None if block else []
        elif block is not None:
            block.append(line)
        elif line.startswith("LOST:"):
            report.lost.append(line)
        counted = COUNTED.match(line)
        if counted and int(counted.group(1)) > 1:
            report.repeated.append((int(counted.group(1)), counted.group(2)))
        verdict, windows = VERDICT.match(line), WINDOWS.match(line)
        if verdict:
            report.total = int(verdict.group(1) or 0)
            report.complete = verdict.group(2) == "complete"
        if windows:
            report.granted, report.closed, report.open, report.faults = \
                map(int, windows.groups())
    return report
