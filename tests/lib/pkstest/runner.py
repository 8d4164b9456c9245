# SPDX-License-Identifier: GPL-2.0-only
"""Runs test files, here and in the test VM, several VMs at once where that is asked for."""

import os
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from pkstest import kernels, proc, result, vm, needs
from pkstest.screen import Screen

HOST_LIMIT = 600  # seconds for a file that runs here
BOOT_FILES = 4  # that share a boot where several VMs run: no one has much more to do


class Runner:
    """options: out, jobs, kernel, variant of the command line; env: of the tests."""

    def __init__(self, top, options, env):
        self.top, self.options, self.env = top, options, env
        self.screen = Screen(top)
        self.results_dir = self.choose_results_dir()

    def choose_results_dir(self):
        if self.options.out:
            os.makedirs(self.options.out, exist_ok=True)
            return os.path.realpath(self.options.out)
        parent = f"{self.env['PKS_BUILD']}/test-results"
        os.makedirs(parent, exist_ok=True)
        return tempfile.mkdtemp(dir=parent)

    def run_here(self, path):
        run = needs.Run(path, {})
        base = f"{self.results_dir}/{self.screen.short(path).replace('/', '_')}"
        os.makedirs(f"{base}.d", exist_ok=True)
        self.screen.begin(run, f"{base}.tap")
        begin = time.monotonic()
        status, died = proc.limited([path], {**self.env, "PKS_OUT": f"{base}.d"},
                                    f"{base}.tap", f"{base}.err", HOST_LIMIT)
        done = result.from_tap(self.screen.name(run), f"{base}.tap", status, died)
        done.seconds = time.monotonic() - begin
        if done.failed:
            done.details += proc.tail(f"{base}.err")
        self.screen.report(done)

    def kernel(self, wanted):
        """The name of a kernel that a file needs, its directory or None, and what the caller has said
        of its modules."""
        if wanted != "default":
            return wanted, kernels.directory(self.top, wanted), {}
        name = self.options.variant or kernels.DEFAULT
        return name, self.options.kernel or kernels.directory(self.top, name), self.env

    def run_group(self, number, group):
        if self.screen.bailed:
            return
        name, kdir, given = self.kernel(group.needs["kernel"])
        if not kdir:
            for run in group.runs:
                self.screen.report(result.not_run(self.screen.name(run),
                                                  kernels.remedy(name)))
            return
        env = {**self.env, **kernels.modules(self.env["PKS_BUILD"], name, given)}
        vm.run_group(self.top, kdir, env, group, f"{self.results_dir}/vm-{number}",
                     self.screen)

    def run_files_here(self, files):
        for path in files:
            if not self.screen.bailed:
                self.run_here(path)

    def groups(self, guest_runs):
        """In the order in which they are begun: with several VMs the long ones first, so
        that none is left alone at the end."""
        if self.options.jobs == 1:
            return needs.group(guest_runs, len(guest_runs))
        return sorted(needs.group(guest_runs, BOOT_FILES), key=needs.Group.limit, reverse=True)

    def run_all(self, here, guest_runs):
        with ThreadPoolExecutor(self.options.jobs) as pool:
            begun = [pool.submit(self.run_files_here, here)]
            for number, group in enumerate(self.groups(guest_runs), 1):
                begun.append(pool.submit(self.run_group, number, group))
            for one in begun:
                one.result()

    def finish(self):
        sums = self.screen.sums()
        if sums["failed"]:
            print("\nFailed:")
            for done in self.screen.results:
                if done.failed:
                    print(f"    {done.name}")
            if self.screen.bailed:
                print("Stopped at the bail-out; the rest was not run.")
            print(f"Output: {self.results_dir}\n")
        elif not self.options.out:
            shutil.rmtree(self.results_dir)
        print(", ".join(f"{number} {count}" for count, number in sums.items()))
        return 1 if sums["failed"] else 0
