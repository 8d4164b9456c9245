# SPDX-License-Identifier: GPL-2.0-only
"""Child processes, each in a process group of its own so that all of it can be ended."""

import os
import signal
import subprocess
import threading

STOP_SECONDS = 3	# for a child that is asked to end, before it is killed

_lock = threading.Lock()
_running = set()
stopping = threading.Event()  # the runner is about to end: nothing begins any more


class Stopped(Exception):
    """Nothing is to begin any more."""


def _signal_group(child, number):
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        pass


def _start(cmd, **options):
    with _lock:
        if stopping.is_set():
            raise Stopped
        child = subprocess.Popen(cmd, stdin=subprocess.DEVNULL, process_group=0, **options)
        _running.add(child)
        return child


def _forget(child):
    _signal_group(child, signal.SIGKILL)  # what it left behind
    with _lock:
        _running.discard(child)


def _end(child):
    """First politely: tests/vm/run has a guest to end."""
    _signal_group(child, signal.SIGTERM)
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        _signal_group(child, signal.SIGKILL)
        child.wait()


def stop_all():
    """Ends all that runs now; for a runner that is about to end itself."""
    stopping.set()
    with _lock:
        children = list(_running)
    for child in children:
        _signal_group(child, signal.SIGTERM)
    for child in children:
        _end(child)


def limited(cmd, env, out_path, err_path, limit):
    """Runs cmd for at most limit seconds, its output in two files.

    Returns its status as subprocess has it (negative: a signal's number) and,
    if it was killed for being late, the reason.
    """
    with open(out_path, "wb") as out, open(err_path, "wb") as err:
        try:
            child = _start(cmd, env=env, stdout=out, stderr=err)
        except OSError as error:
            err.write(f"cannot run {cmd[0]}: {error.strerror}\n".encode())
            return 127, None
    try:
        return child.wait(limit), None
    except subprocess.TimeoutExpired:
        _end(child)
        return 0, f"did not end within {limit} s"
    finally:
        _forget(child)


def lines(cmd, env, err_path, on_line):
    """Runs cmd, calls on_line with each line of its output as it comes; returns its status."""
    with open(err_path, "wb") as err:
        child = _start(cmd, env=env, stdout=subprocess.PIPE, stderr=err,
                       text=True, errors="replace")
    with child.stdout as out:
        for line in out:
            on_line(line.rstrip("\n"))
    try:
        return child.wait()
    finally:
        _forget(child)


def tail(path, count=15):
    """The last lines of a file, none if it is not there."""
    try:
        with open(path, errors="replace") as file:
            return file.read().splitlines()[-count:]
    except OSError:
        return []
