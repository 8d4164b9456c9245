# SPDX-License-Identifier: GPL-2.0-only
"""What one run of a test file amounts to: counts, and why it failed."""

import os
import re
from dataclasses import dataclass, field

from pkstest import tap

COMMENT_LINES = 40  # of a failure, shown; the file with the TAP has them all
COUNTS = ("passed", "failed", "skipped")


def skip_is_failure(reason):
    """In CI nothing may be missing but what the test itself calls optional: a test
    that silently never runs is no test."""
    return os.environ.get("CI") and not re.match(r"\s*optional\b", reason, re.I)


@dataclass
class Result:
    name: str  # of the file, and of the kernel where it runs on several
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0
    bailed: bool = False
    skip_reason: str = ""
    details: list = field(default_factory=list)

    def add_failure(self, *details):
        self.failed += 1
        self.details += details

    def add_skip(self, reason):
        reason = reason or "no reason given"
        if skip_is_failure(reason):
            self.add_failure(f"skipped, but required in CI: {reason}")
            return
        self.skipped += 1
        self.skip_reason = self.skip_reason or reason

    def add_test(self, test):
        if test.skipped is not None:
            self.add_skip(test.skipped)
        elif test.held:
            self.passed += 1
        else:
            self.add_failure(test.line, *test.comments[:COMMENT_LINES])
            if len(test.comments) > COMMENT_LINES:
                self.details.append(f"# and {len(test.comments) - COMMENT_LINES} more lines")

    def judge_end(self, output, status, died):
        """A file without a plan, with a wrong one, or that died has failed, whatever
        its tests said."""
        if died:
            self.add_failure(died)
        elif output.bail_out is not None:
            self.bailed = True
            self.add_failure(f"Bail out! {output.bail_out}")
        elif status < 0:
            self.add_failure(f"killed by signal {-status}")
        elif output.errors:
            self.add_failure(*(f"TAP: {error}" for error in output.errors))
        elif status and not self.failed:
            self.add_failure(f"all tests passed, but exit status {status}")
        if output.skip_all is not None and not self.passed and not self.failed:
            self.add_skip(output.skip_all)

    def summary(self):
        word = "FAILED" if self.failed else "ok" if self.passed else "skipped"
        counts = (f"{getattr(self, c)} {c}" for c in COUNTS if getattr(self, c))
        text = f"{word} ({', '.join(counts)})"
        if self.seconds >= 0.05:
            text += f" {self.seconds:.1f} s"
        return f"{text}: {self.skip_reason}" if self.skip_reason else text


def not_run(name, reason):
    """A file that could not even be run; counts as one test."""
    result = Result(name)
    result.add_skip(reason)
    return result


def from_tap(name, path, status, died):
    """Reads a file's TAP.  A negative status is a signal's number; died, if set, says
    what ended the file from outside (time limit, death of the guest)."""
    result = Result(name)
    try:
        with open(path, errors="replace") as file:
            output = tap.read(file)
    except OSError as error:
        result.add_failure(died or f"no output: {path}: {error.strerror}")
        return result
    for test in output.tests:
        result.add_test(test)
    result.judge_end(output, status, died)
    return result
