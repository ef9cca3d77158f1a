"""Writes a bcryptprimitives.dll for Wine 8, which has none: `python bcryptprimitives.py
…/system32`.

Rust's random numbers (pydantic_core) call ProcessPrng of it. The library written here has no code:
its one export is forwarded to SystemFunction036 (RtlGenRandom) of advapi32, which takes the same
arguments. It goes into Wine's prefix and never into the executable; Windows itself, and newer
Wines, have the real one. Layout: https://learn.microsoft.com/windows/win32/debug/pe-format
"""

import struct
import sys
from pathlib import Path

ALIGN, FILE_ALIGN, HEADERS = 0x1000, 0x200, 0x400


def exports(base: int) -> bytes:
    """The export directory, one name, forwarded. `base` is where it will be in memory."""
    functions, names, ordinals, texts = base + 40, base + 44, base + 48, base + 50
    library, name, target = (
        b"bcryptprimitives.dll\0",
        b"ProcessPrng\0",
        b"advapi32.SystemFunction036\0",
    )
    name_at = texts + len(library)
    target_at = name_at + len(name)
    directory = struct.pack("<IIHHIIIIIII", 0, 0, 0, 0, texts, 1, 1, 1, functions, names, ordinals)
    return directory + struct.pack("<IIH", target_at, name_at, 0) + library + name + target


def library() -> bytes:
    """The whole file."""
    data = exports(ALIGN)
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x2022)
    optional = struct.pack("<HBBIIIII", 0x20B, 14, 0, 0, FILE_ALIGN, 0, 0, ALIGN)
    image = (0x180000000, ALIGN, FILE_ALIGN, 6, 0, 0, 0, 6, 0, 0, 2 * ALIGN, HEADERS, 0, 2, 0x100)
    optional += struct.pack("<QIIHHHHHHIIIIHH", *image)
    optional += struct.pack("<QQQQII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    optional += struct.pack("<II", ALIGN, len(data)) + bytes(8 * 15)
    section = struct.pack(
        "<8sIIIIIIHHI", b".edata", len(data), ALIGN, FILE_ALIGN, HEADERS, 0, 0, 0, 0, 0x40000040
    )
    return (dos + coff + optional + section).ljust(HEADERS, b"\0") + data.ljust(FILE_ALIGN, b"\0")


if __name__ == "__main__":
    Path(sys.argv[1], "bcryptprimitives.dll").write_bytes(library())
