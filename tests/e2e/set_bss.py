#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sets each 32-bit word of a running tracer's variable.

set_bss.py OBJECT SYMBOL WORDS VALUE

OBJECT is the linked BPF object, SYMBOL a variable in its .bss, which is WORDS long.
The variable is reached as the tracer itself reaches it: the map of .bss can be mapped.
"""

import ctypes
import mmap
import os
import struct
import subprocess
import sys

SYS_BPF = 321  # x86-64
# enum bpf_cmd
MAP_GET_NEXT_ID, MAP_GET_FD_BY_ID, OBJ_GET_INFO_BY_FD = 12, 14, 15
INFO_SIZE = 88
libc = ctypes.CDLL(None, use_errno=True)


def bpf(cmd, attr):
    done = libc.syscall(SYS_BPF, cmd, attr, len(attr))
    if done < 0:
        raise OSError(ctypes.get_errno(), "bpf()")
    return done


def map_of_bss(name):
    """(fd, bytes) of the newest map with this name."""
    found, number = None, 0
    while True:
        attr = ctypes.create_string_buffer(struct.pack("=II", number, 0), 120)
        try:
            bpf(MAP_GET_NEXT_ID, attr)
        except OSError:
            return found
        number = struct.unpack_from("=I", attr, 4)[0]
        fd = bpf(MAP_GET_FD_BY_ID, ctypes.create_string_buffer(struct.pack("=I", number), 120))
        info = ctypes.create_string_buffer(INFO_SIZE)
        bpf(OBJ_GET_INFO_BY_FD, ctypes.create_string_buffer(
            struct.pack("=IIQ", fd, INFO_SIZE, ctypes.addressof(info)), 120))
        value_size = struct.unpack_from("=I", info, 12)[0]
        if info.raw[24:40].rstrip(b"\0").decode() == name:
            found = fd, value_size


def offset_of(path, symbol):
    for line in subprocess.check_output(["nm", path], text=True).splitlines():
        address, kind, name = line.split()[-3:] if len(line.split()) > 2 else (0, "", "")
        if name == symbol and kind in "bB":
            return int(address, 16)
    sys.exit(f"set_bss.py: {path} has no variable {symbol}")


def main(path, symbol, words, value):
    found = map_of_bss("pkstrace.bss")
    if not found:
        sys.exit("set_bss.py: no tracer runs here")
    fd, size = found
    page = mmap.PAGESIZE
    memory = mmap.mmap(fd, (size + page - 1) // page * page)
    for i in range(int(words)):
        struct.pack_into("=I", memory, offset_of(path, symbol) + 4 * i, int(value, 0))
    os.close(fd)


main(*sys.argv[1:])
