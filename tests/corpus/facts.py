# SPDX-License-Identifier: GPL-2.0-only
"""
What reports state, held against what the driver knows: the count and the rights of a thread
when its system call returned, the key of the pages, and what the kernel does about a fault.
"""

import os
from dataclasses import dataclass

MODE = "/sys/module/memremap/parameters/pks_fault_mode"
# By the two bits of a key: access disable, write disable.
RIGHTS = ("read and write", "no access", "read only", "no access")


@dataclass
class Fact:
    count: int
    pkrs: int
    pkey: int


def read(path):
    """Thread -> the Fact of the last case that it has run to its end."""
    facts = {}
    for line in open(path):
        _, tid, count, pkrs, pkey = line.rstrip("\n").split("\t")
        facts[int(tid)] = Fact(int(count), int(pkrs, 16), int(pkey))
    return facts


def fault_mode():
    """As the parameter has it; None: the kernel has none."""
    return open(MODE).read().strip() if os.path.exists(MODE) else None


def statements(line, fact, mode):
    """(what, as reported, as it is) for all that a report says and the driver knows."""
    if "pkrs" in line:
        yield "rights", line["rights"], RIGHTS[int(line["pkrs"], 16) >> 2 * line["pkey"] & 3]
    if mode and line["class"] == "stray-access":
        yield "mode", line.get("fault_mode"), mode
    if fact and "pkey" in line:
        yield "key", line["pkey"], fact.pkey
    # The system call's end comes right after the case's.
    if fact and line.get("boundary") == "syscall-exit" and line.get("boundary_of") == "write":
        yield "count", line["thread"]["count"], fact.count
        if "pkrs" in line:
            yield "rights register", int(line["pkrs"], 16), fact.pkrs


def check(findings, path):
    """How many statements there were, and those that are false, in words."""
    facts, mode, nr, false = read(path), fault_mode(), 0, []
    for finding in findings:
        for what, said, known in statements(finding.line, facts.get(finding.line["thread"]["tid"]),
                                            mode):
            nr += 1
            if said != known:
                false.append(f"{finding.name} in {finding.place}: {what} {said}, but it is {known}")
    return nr, false
