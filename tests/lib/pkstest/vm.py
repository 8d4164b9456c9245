# SPDX-License-Identifier: GPL-2.0-only
"""Runs test files inside the test VM, several in one boot where they allow it."""

import os
import re
import time

from pkstest import proc, result

BOOT_SECONDS = 150
FILE_SECONDS = 20	# beside a file's own time: tests/lib/batch ends it
CONSOLE_LINES = 25


def _command(top, kdir, needs, out, limit):
    cmd = [f"{top}/tests/vm/run", "--kernel", kdir, "--out", out, "--mem", needs["mem"],
           "--cpu", needs["cpu"], "--timeout", str(limit)]
    if needs["cpus"]:
        cmd += ["--cpus", needs["cpus"]]
    if needs["append"]:
        cmd += ["--append", needs["append"]]
    if needs["icount"] != "0":
        cmd.append("--icount")
    if needs["pmem"] == "0":
        cmd.append("--no-pmem")
    return [*cmd, "--", f"{top}/tests/lib/batch", "/out"]


def _console_of(out, index):
    """The last lines of the guest's console that belong to file number index."""
    lines, ours = [], False
    for line in proc.tail(f"{out}/console.log", 1 << 30):
        if start := re.search(r"pks-test: start (\d+)", line):
            ours = int(start[1]) == index
        if ours:
            lines.append(f"console: {line}")
    return lines[-CONSOLE_LINES:]


def _write_batch(runs, out):
    """Leaves what tests/lib/batch reads; returns the time limit for it all."""
    limit = BOOT_SECONDS
    with open(f"{out}/batch", "w") as batch:
        for index, run in enumerate(runs):
            os.makedirs(f"{out}/{index}.d", exist_ok=True)
            limit += run.limit + FILE_SECONDS
            print(index, run.limit, run.path, file=batch)
    return limit


class Boot:
    """One boot: the files' results as tests/lib/batch tells of them."""

    def __init__(self, runs, out, screen):
        self.runs, self.out, self.screen = runs, out, screen
        self.current = None  # index of the file that runs
        self.begun = 0  # how many were begun
        self.since = time.monotonic()
        self.bailed = False

    def start(self, index):
        self.current, self.begun = index, index + 1
        self.since = time.monotonic()
        self.screen.begin(self.runs[index], f"{self.out}/{index}.tap")

    def finish(self, index, status, died):
        base = f"{self.out}/{index}"
        done = result.from_tap(self.screen.name(self.runs[index]), f"{base}.tap", status, died)
        done.seconds = time.monotonic() - self.since
        if done.failed:
            done.details += proc.tail(f"{base}.err") + _console_of(self.out, index)
        self.bailed |= done.bailed
        self.current = None
        self.screen.report(done)

    def on_line(self, line):
        """A line of tests/lib/batch."""
        if found := re.fullmatch(r"start (\d+)", line):
            self.start(int(found[1]))
        elif found := re.fullmatch(r"end (\d+) (\d+)", line):
            index, code = map(int, found.groups())
            limit = self.runs[index].limit
            # What timeout(1) exits with; 137 may be the test's own.
            late = code == 124 or code == 137 and time.monotonic() - self.since >= limit
            self.finish(index, 128 - code if code > 128 else code,
                        f"did not end within {limit} s" if late else None)

    def end(self, status):
        """The guest has ended; returns the runs that it never began (none after a
        bail-out)."""
        said = proc.tail(f"{self.out}/run.err", 100)
        why = next((line for line in said if line.startswith("tests/vm/run: ")), None)
        if self.current is not None:
            self.finish(self.current, 0, why or "the guest died")
        elif not self.begun:
            # Never got as far as the first file: nor would the next boot.
            for index in range(len(self.runs)):
                self.finish(index, 0, why or f"the guest did not run it (status {status})")
            return []
        return [] if self.bailed else self.runs[self.begun:]


def _boot(top, kdir, env, group, out, screen):
    os.makedirs(out, exist_ok=True)
    boot = Boot(group.runs, out, screen)
    cmd = _command(top, kdir, group.needs, out, _write_batch(group.runs, out))
    return boot.end(proc.lines(cmd, env, f"{out}/run.err", boot.on_line))


def run_group(top, kdir, env, group, out, screen):
    """Boots as often as it takes to give each file of the group its run."""
    boots = 0
    while group.runs:
        boots += 1
        group.runs = _boot(top, kdir, env, group, f"{out}-{boots}", screen)
