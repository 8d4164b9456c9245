# SPDX-License-Identifier: GPL-2.0-only
"""What the runner prints: a line a result and, on a terminal, what runs now."""

import re
import sys
import threading
import time

from pkstest import proc, result


class Screen:
    """May be called from several threads."""

    def __init__(self, top):
        self.top = top
        self.results = []
        self.running = {}  # name: (path of its TAP, since when)
        self.lock = threading.Lock()
        if sys.stdout.isatty():
            threading.Thread(target=self._tick, daemon=True).start()

    def short(self, path):
        return path.removeprefix(f"{self.top}/")

    def name(self, run):
        label = f" [{run.label}]" if run.label else ""
        return self.short(run.path) + label

    def begin(self, run, tap_path):
        with self.lock:
            self.running[self.name(run)] = tap_path, time.monotonic()

    def report(self, done):
        if proc.stopping.is_set():
            return  # it was ended from here
        with self.lock:
            self.running.pop(done.name, None)
            self.results.append(done)
            self._clear()
            print(f"{done.name:40} {done.summary()}")
            for line in done.details:
                print(f"    {line}")
            sys.stdout.flush()

    @property
    def bailed(self):
        return any(done.bailed for done in self.results)

    def sums(self):
        return {count: sum(getattr(done, count) for done in self.results)
                for count in result.COUNTS}

    @staticmethod
    def _clear():
        if sys.stdout.isatty():
            print("\r\033[K", end="")

    @staticmethod
    def _progress(name, tap_path, since):
        tests = sum(1 for line in proc.tail(tap_path, 1 << 30)
                    if re.match(r"(not )?ok\b", line))
        return f"{name}: {tests} tests, {time.monotonic() - since:.0f} s"

    def _tick(self):
        while True:
            with self.lock:
                self._clear()
                print("; ".join(self._progress(name, *what)
                                for name, what in self.running.items()), end="", flush=True)
            time.sleep(1)
