# SPDX-License-Identifier: GPL-2.0-only
"""What `pkstrace hunt` printed as JSON."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)) + "/../lib")
from pkstest import jsonl  # noqa: E402


def load(path):
    """The runs of a hunt, and its summary."""
    lines = jsonl.read(path)
    summaries = lines.of("hunt-summary")
    if len(summaries) != 1:
        sys.exit(f"{path} has no summary: the hunt did not come to its end")
    return lines.of("hunt-run"), summaries[0]


def place(run):
    """Functions whose calls failed in a run."""
    return [jsonl.function(call["site"]) for call in run["calls"]]
