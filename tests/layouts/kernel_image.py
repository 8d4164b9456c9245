# SPDX-License-Identifier: GPL-2.0-only
"""What a vmlinux file tells about the layouts: sizes, and who maps pages."""

import struct
import subprocess

from elftools.elf.elffile import ELFFile

# struct jump_entry, include/linux/jump_label.h: code, target, key, each
# relative to its own address; the key's two low bits are flags.
JUMP_ENTRY = struct.Struct("<iiq")
KEY_FLAGS = 3
KEY = "dev_pgmap_protection_static_key"

# Allocated sections by what they are for; the rest is "other".
PARTS = {
    "code": (".text", ".init.text", ".exit.text", ".altinstr"),
    "unwinder": (".orc_",),
    "BTF": (".BTF",),
    "symbols": ("__ksymtab",),
}


# What the x86 linker script puts on a boundary of 2 MiB: the padding before
# them takes up whatever code is added.
ALIGNED = ("__entry_text_start", "__softirqentry_text_start")
ALIGNMENT = 2 << 20


def part_of(section):
    for part, prefixes in PARTS.items():
        if section.startswith(prefixes):
            return part
    return "other"


class KernelImage:
    """An open vmlinux; its file stays open until the program ends."""

    def __init__(self, vmlinux):
        self.path = vmlinux
        self.elf = ELFFile(open(vmlinux, "rb"))
        self.symtab = self.elf.get_section_by_name(".symtab")
        self.padding = self.find_padding()

    def address(self, symbol):
        """Address of a global symbol, or None."""
        found = self.symtab.get_symbol_by_name(symbol)
        return found[0]["st_value"] if found else None

    def find_padding(self):
        """Bytes of no use before what is aligned to 2 MiB."""
        ends = [s["st_value"] + s["st_size"] for s in self.symtab.iter_symbols()
                if s["st_info"]["type"] == "STT_FUNC"]
        padding = 0
        for start in map(self.address, ALIGNED):
            if start and start % ALIGNMENT == 0:
                padding += start - max(end for end in ends if end <= start)
        return padding

    def sizes(self):
        """Bytes of text, without the padding, data and bss, as size(1) adds them up."""
        out = subprocess.run(["size", self.path], check=True, capture_output=True, text=True)
        text, data, bss = map(int, out.stdout.splitlines()[1].split()[:3])
        return {"text": text - self.padding, "data": data, "bss": bss}

    def jump_table(self):
        """Address and bytes of the table of static keys' branches."""
        start = self.address("__start___jump_table")
        stop = self.address("__stop___jump_table")
        for section in self.elf.iter_sections():
            base = section["sh_addr"]
            if base <= start < base + section["sh_size"]:
                return start, section.data()[start - base:stop - base]
        raise ValueError("no section holds the jump table")

    def parts(self):
        """Bytes in the file and in memory, by purpose; .bss is left out."""
        parts = dict.fromkeys([*PARTS, "static keys", "other"], 0)
        for section in self.elf.iter_sections():
            if section["sh_flags"] & 2 and section["sh_type"] != "SHT_NOBITS":
                parts[part_of(section.name)] += section["sh_size"]
        keys = len(self.jump_table()[1])
        parts["static keys"] += keys
        parts["other"] -= keys
        parts["code"] -= self.padding
        return parts

    def key_branches(self):
        """Addresses of the branches on the key: each map or unmap is one."""
        key = self.address(KEY)
        table, data = self.jump_table()
        for at, (code, _, to) in enumerate(JUMP_ENTRY.iter_unpack(data)):
            entry = table + at * JUMP_ENTRY.size
            if entry + 8 + (to & ~KEY_FLAGS) == key:
                yield entry + code

    def files(self):
        """Source files that map pages, and the number of all of them."""
        dwarf = self.elf.get_dwarf_info(relocate_dwarf_sections=False)
        ranges = dwarf.get_aranges()
        units = {ranges.cu_offset_at_addr(a) for a in self.key_branches()}
        callers = {self.unit_name(dwarf.get_CU_at(u)) for u in units if u is not None}
        return callers, sum(1 for _ in dwarf.iter_CUs())

    @staticmethod
    def unit_name(unit):
        return unit.get_top_DIE().attributes["DW_AT_name"].value.decode()
