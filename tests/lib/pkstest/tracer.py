# SPDX-License-Identifier: GPL-2.0-only
"""pkstrace as a test's Python program runs it."""

import signal
import subprocess
import time

from pkstest import jsonl

JSON = ("--format", "json")  # how pkstrace is asked for JSON
ATTACH_SECONDS = 120


class TracerError(Exception):
    """One line: what pkstrace did instead."""


class Tracer:
    """A pkstrace that is attached: start(), then stop()."""

    def __init__(self, program, *arguments, directory="/tmp"):
        self.command = [program, *arguments]
        self.out, self.err = f"{directory}/tracer.out", f"{directory}/tracer.err"
        self.process = None

    def _attached(self):
        with open(self.err, errors="replace") as err:
            return " attached " in err.read()

    def start(self):
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=err)
        end = time.monotonic() + ATTACH_SECONDS
        while time.monotonic() < end:
            if self._attached():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise TracerError(f"pkstrace did not attach: {self.said()}")

    def said(self):
        with open(self.err, errors="replace") as err:
            return err.read().strip()

    def stop(self):
        """Ends it as Ctrl-C does; returns its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait()

    def lines(self):
        """What it printed, as JSON."""
        return jsonl.read(self.out)
