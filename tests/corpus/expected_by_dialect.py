# SPDX-License-Identifier: GPL-2.0-only
"""What the tool can see of a case on the kernel that runs: its view.

The driver's tables say what must be reported where each protected page is
seen. Other kernels show less, or more: a layout that hides the page, a kernel
without protection whose every kmap is traced.
"""

import subprocess
from dataclasses import dataclass, field, replace

from pkstest import jsonl
from pkstest.tracer import JSON


@dataclass
class View:
    name: str  # of its rows in the driver's file
    like: str = ""  # another one, whose rows hold where it has none of its own
    hidden: set = field(default_factory=set)  # classes that it can't show
    protected: bool = True  # the cases need the protected pages of a device
    coarse: bool = False  # which page a window is on is not known
    causes: bool = True  # of stray accesses are reported
    everything: bool = False  # windows of the whole kernel, not the driver's alone
    options: list = field(default_factory=list)  # of pkstrace, to have this view


VIEWS = {
    "page": View("page"),
    "pgmap": View("pgmap", hidden={"wrong-page", "out-of-order"}, coarse=True),
    # A key is open or it is not: nothing counts, nested windows are one.
    "keys": View("keys", hidden={"underflow", "wrong-page", "out-of-order", "cross-thread",
                                 "ineffective-grant", "residue", "inherited"}, coarse=True,
                 causes=False),
    "kmap": View("kmap", hidden={"stray-access", "ineffective-grant", "residue", "inherited"},
                 protected=False, everything=True),
}
VIEWS["counted"] = replace(VIEWS["keys"], name="counted", like="keys")

# By the layout that `pkstrace check` names.
LAYOUTS = {"outofline": "page", "inline": "pgmap", "partial": "pgmap",
           "inline or partial": "pgmap", "keys": "keys", "every page": "kmap"}

# Of a dialect that is chosen by name on a kernel where `check` lists another one.
UNLISTED = {"BULKHEAD": "counted"}


def chosen(view, dialect):
    return replace(VIEWS[view], options=["--dialect", dialect] if dialect else [])


def find(pkstrace, dialect=None):
    """The View of this kernel, or of its dialect of that name; None where there is none."""
    out = subprocess.run([pkstrace, "check", *JSON], capture_output=True, text=True).stdout
    for line in jsonl.parse(out)[0].get("dialect", []):
        name, _, layout = line.partition(", ")
        if dialect in (None, name) and layout in LAYOUTS:
            return chosen(LAYOUTS[layout], dialect)
    return chosen(UNLISTED[dialect], dialect) if dialect in UNLISTED else None


def overrides(view, lines):
    """Rows of the driver's `expected_by_dialect` file that hold here: case -> its columns as in `cases`."""
    rows = {view.name: {}, view.like: {}}
    for line in lines:
        name, case, *columns = line.rstrip("\n").split("\t")
        if name in rows:
            rows[name][case] = columns
    return {**rows[view.like], **rows[view.name]}


def visible(view, expected):
    """Of a case's expected findings those that can be seen, and the names of the others."""
    shown = [e for e in expected if e.name.split("/")[0] not in view.hidden]
    return shown, [e.name for e in expected if e not in shown]


def leave_out(view, report, module):
    """
    Takes findings by age of the rest of the kernel out of the report: they are right, but of
    the machine that is slow, not of a case.
    """
    def foreign(name, place):
        return view.everything and name in ("long-hold", "slept") and f"[{module}]" not in place

    kept = [f for f in report.findings if not foreign(f.name, f.place)]
    again = [r for r in report.repeats if foreign(*r[1:])]
    if report.total is not None:
        report.total -= len(report.findings) - len(kept)
        report.total -= sum(count - 1 for count, *_ in again if count > 1)
    report.findings = kept
    report.repeats = [r for r in report.repeats if r not in again]


def blurred(view, wanted, got):
    """
    True where this view can't tell one name from the other: the cause of a stray access, and
    whose window a revoke was for, hang on the page.
    """
    pair = wanted.split("/")[0], got.split("/")[0]
    return view.coarse and pair in (("stray-access", "stray-access"), ("cross-thread", "underflow"))
