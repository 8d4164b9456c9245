# SPDX-License-Identifier: GPL-2.0-only
"""What a run of pkstrace reported, as the corpus compares it."""

import json
from dataclasses import dataclass, field

# A stack's key in pkstrace's JSON, and its column in the driver's table.
STACKS = {"accessed_by": "accessed", "granted_by": "granted", "revoked_by": "revoked"}


def name_of(line):
    """The class, with "/cause" or "/boundary" for those that have a row of their own for
    each."""
    more = {"stray-access": "cause", "leak": "boundary"}.get(line["class"])
    return f"{line['class']}/{line[more]}" if more and more in line else line["class"]


def tops_of(stacks):
    """Column of a stack -> the function on top of it."""
    tops = {}
    for key, column in STACKS.items():
        frames = stacks.get(key, {}).get("frames")
        if frames:
            tops[column] = frames[0].get("function", frames[0]["address"])
    return tops


class Finding:
    def __init__(self, line):
        self.line = line
        self.name = name_of(line)
        self.place = line.get("in", "nowhere")
        self.time_us = line["time"] // 1000
        self.tgid = line["thread"]["tgid"]
        self.tops = tops_of(line["stacks"])

    def __str__(self):
        return json.dumps(self.line, indent=1)


@dataclass
class Report:
    findings: list = field(default_factory=list)
    total: int = None  # by the summary; None: there is none
    complete: bool = False
    lost: list = field(default_factory=list)
    repeats: list = field(default_factory=list)  # of the summary: (count, class, place)


def read(lines):
    """The Report in the JSON lines of a run."""
    report = Report([Finding(line) for line in lines.of("finding")])
    for summary in lines.of("summary"):
        report.total = summary["findings"]
        report.complete = summary["complete"]
        report.lost = [f"{loss['reason']}: {loss['count']}" for loss in summary["losses"]]
        report.repeats = [(one["count"], name_of(one), one.get("in", "nowhere"))
                          for one in summary["repeats"]]
    return report
