# SPDX-License-Identifier: GPL-2.0-only
"""The kernels that guest tests run on, and the modules for each."""

import os
import subprocess

DEFAULT = "outofline"
IMAGE_PREFIX = "debian-"  # of the distribution's own kernels
MODULES = {"PKS_DRIVER": "driver/pkstrace_bugs.ko",
           "PKS_PROOF": "proof/pks_proof.ko",
           "PKS_HUNT": "hunt-driver/pkstrace_hunt.ko",
           "PKS_GRACE": "grace/pks_grace.ko"}


def _maker(name):
    return f"tests/kernel/{'image' if name.startswith(IMAGE_PREFIX) else 'build'}"


def directory(top, name):
    """The kernel's directory, or None where it is not there yet."""
    try:
        done = subprocess.run([f"{top}/{_maker(name)}", "--print-dir", name],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def is_known(top, name):
    if name.startswith(IMAGE_PREFIX):
        return directory(top, name) is not None
    return os.path.exists(f"{top}/tests/kernel/variant/{name}.config")


def remedy(name):
    return f"no test kernel: {_maker(name)} {name} makes it"


def modules(build, name, given):
    """The environment that names the modules: one fits only the very kernel that it
    was built for.  given: what the caller has named, for the default kernel."""
    return {variable: given.get(variable) or f"{build}/modules/{name}/{file}"
            for variable, file in MODULES.items()}
