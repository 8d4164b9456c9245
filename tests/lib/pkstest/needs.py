# SPDX-License-Identifier: GPL-2.0-only
"""What a test file needs of the VM that it runs in.

A file may say so in a comment among its first 20 lines:

	# vm: cpus=2 mem=2048 append="a=1 b" boot=own timeout=300

cpus mem cpu append	as tests/vm/run takes them
icount=1 pmem=0		its --icount, --no-pmem
kernel=NAME[,NAME]...	other kernels than the one of the run: variants of
			tests/kernel/build, images of tests/kernel/image; the file
			runs once on each of them ("default" is that of the run)
boot=own		shares its boot with no other file
timeout=S		seconds for this file

	# vm also: kernel=preempt cpus=4 timeout=600

is one more run, with these words in place of those of "# vm:".
"""

import re
from dataclasses import dataclass, field

DEFAULT = {"cpus": "", "mem": "2048", "cpu": "max", "append": "", "icount": "0",
           "pmem": "1", "kernel": "default", "boot": "shared", "timeout": "300"}
HEAD_LINES = 20
LINE = re.compile(r"#\s*vm( also)?:\s*(.*)")
WORD = re.compile(r'\s*(\w+)=(?:"([^"]*)"|(\S+))')


class NeedsError(Exception):
    """One line: needs that cannot be read."""


@dataclass
class Run:
    """One run of a file on one kernel."""

    path: str
    needs: dict
    label: str = ""  # tells it from the file's other runs

    @property
    def limit(self):
        return int(self.needs["timeout"])

    def boot_key(self):
        """Runs with the same key may share a boot."""
        words = {**self.needs, "timeout": ""}
        return (*words.values(), self.path if words["boot"] == "own" else "")


@dataclass
class Group:
    """Runs that share a boot."""

    needs: dict
    runs: list = field(default_factory=list)

    def limit(self):
        """Seconds that it may take, all in all."""
        return sum(run.limit for run in self.runs)


def _words(path, text):
    words, at = {}, 0
    while found := WORD.match(text, at):
        name, quoted, bare = found.groups()
        if name not in DEFAULT:
            raise NeedsError(f"{path}: unknown '# vm:' word '{name}'")
        words[name] = bare if quoted is None else quoted
        at = found.end()
    if text[at:].strip():
        raise NeedsError(f"{path}: cannot read '# vm: {text}'")
    return words


def read_needs(path):
    """The needs that the file states, the first those of "# vm:"."""
    first, more = dict(DEFAULT), []
    with open(path, errors="replace") as file:
        for _, line in zip(range(HEAD_LINES), file):
            if found := LINE.match(line):
                words = _words(path, found[2].rstrip())
                if found[1]:
                    more.append(words)
                else:
                    first.update(words)
    return [first, *({**first, **words} for words in more)]


def _each_kernel(needs):
    for name in needs["kernel"].split(","):
        yield {**needs, "kernel": name}


def _label(needs):
    return " ".join(filter(None, (needs["kernel"], needs["append"])))


def runs(path, chosen=""):
    """The Runs of a file.  If a kernel was chosen on the command line, a file that can
    run on it runs only there."""
    found = [w for needs in read_needs(path) for w in _each_kernel(needs)]
    if chosen:
        for name in (chosen, "default"):
            named = [w for w in found if w["kernel"] == name]
            if named:
                found = named
                break
    several = len(found) > 1
    return [Run(path, w, _label(w) if several else "") for w in found]


def group(all_runs, most):
    """Groups of at most so many runs that may share a boot, in the order of first use."""
    groups, latest = [], {}
    for run in all_runs:
        current = latest.get(run.boot_key())
        if not current or len(current.runs) == most:
            current = latest[run.boot_key()] = Group(run.needs)
            groups.append(current)
        current.runs.append(run)
    return groups
