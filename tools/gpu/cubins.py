"""A table in Markdown of the kernels in a folder of cubins: python3 tools/gpu/cubins.py DIR

A row for each kernel; where it was compiled more than once (sizes are frozen into it), each column has the least and the greatest value.
Registers, stack and shared memory come from the cubin's own sections; instructions are counted by their opcodes, which are those of sm_90.
Ends with 1 if a kernel uses local memory: its registers did not suffice, or it has a private array.
"""

import pathlib
import struct
import sys

COLUMNS = ("registers", "stack", "shared", "LDS.128", "HMMA", "LDL", "STL")
# The low 12 bits of an instruction; one of 16 bytes has 6 in its bits 73 to 75.
OPCODES = {0x984: "LDS", 0x23C: "HMMA", 0x983: "LDL", 0x387: "STL"}
WIDE = 6
# Attributes in .nv.info: the registers of a kernel, and the bytes of its stack frame.
REGISTERS, FRAME = 0x2F, 0x11


def sections(elf):
    """Name, address and size of each section."""
    (table,) = struct.unpack_from("<Q", elf, 40)
    size, count, names = struct.unpack_from("<HHH", elf, 58)
    entries = [struct.unpack_from("<IIQQQQ", elf, table + i * size) for i in range(count)]
    start = entries[names][4]
    for name, _, _, _, at, length in entries:
        yield elf[start + name : elf.index(b"\0", start + name)].decode(), at, length


def attributes(elf, at, length):
    """Number and value of the attributes of .nv.info that have two words: a symbol and what holds for it."""
    end = at + length
    while at < end:
        kind, number, size = struct.unpack_from("<BBH", elf, at)
        at += 4
        if kind == 4:
            if size == 8:
                yield number, struct.unpack_from("<II", elf, at)[1]
            at += size


def read(elf):
    """The kernel of a cubin and its values by column. TornadoVM compiles each kernel by itself."""
    name, values = None, dict.fromkeys(COLUMNS, 0)
    for section, at, length in sections(elf):
        if section == ".nv.info":
            for number, value in attributes(elf, at, length):
                if number == REGISTERS:
                    values["registers"] = value
                elif number == FRAME:
                    values["stack"] = value
        elif section.startswith(".nv.shared.") and "reserved" not in section:
            values["shared"] = length
        elif section.startswith(".text."):
            name = section[len(".text.") :]
            for low, high in struct.iter_unpack("<QQ", elf[at : at + length]):
                kind = OPCODES.get(low & 0xFFF)
                if kind == "LDS":
                    values["LDS.128"] += (high >> 9) & 7 == WIDE
                elif kind:
                    values[kind] += 1
    return name, values


def main(folder):
    kernels = {}
    for file in sorted(pathlib.Path(folder).glob("*.cubin")):
        name, values = read(file.read_bytes())
        kernels.setdefault(name, []).append(values)
    if not kernels:
        sys.exit(f"cubins: no *.cubin in {folder}")
    print("| kernel | compiled | " + " | ".join(COLUMNS) + " |")
    print("|---|--:|" + "--:|" * len(COLUMNS))
    spilling = []
    for name, compiled in sorted(kernels.items()):
        cells = []
        for column in COLUMNS:
            least, most = min(v[column] for v in compiled), max(v[column] for v in compiled)
            cells.append(str(least) if least == most else f"{least} to {most}")
        print(f"| {name} | {len(compiled)} | " + " | ".join(cells) + " |")
        if any(v["stack"] or v["LDL"] or v["STL"] for v in compiled):
            spilling.append(name)
    if spilling:
        sys.exit("cubins: local memory is used by " + ", ".join(spilling))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
