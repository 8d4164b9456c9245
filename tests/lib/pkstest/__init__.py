# SPDX-License-Identifier: GPL-2.0-only
"""The test runner: tests/run is its command line."""
