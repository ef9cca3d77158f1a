"""assets/app.svg → assets/app.ico, in every size that Windows shows. Run by hand after a change of
the drawing.

Needs `pip install resvg-py==0.5.0`, which neither the robot nor its build does: the .ico is kept in
the repository. The container is written here:
https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10), with PNG images, which Windows
reads since Vista.
"""

from __future__ import annotations

import struct
from pathlib import Path

import resvg_py

ASSETS = Path(__file__).resolve().parent.parent / "assets"
SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def icon(images: dict[int, bytes]) -> bytes:
    """An .ico that holds these PNG images, by their size in pixels."""
    offset = 6 + 16 * len(images)
    entries, data = b"", b""
    for size, png in sorted(images.items()):
        # a byte for each side, where 0 means 256; colours, reserved, planes, bits a pixel, length,
        # place
        entries += struct.pack(
            "<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset + len(data)
        )
        data += png
    return struct.pack("<HHH", 0, 1, len(images)) + entries + data


def main() -> None:
    """Write the icon."""
    svg = (ASSETS / "app.svg").read_text(encoding="utf-8")
    images = {
        size: bytes(resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size))
        for size in SIZES
    }
    (ASSETS / "app.ico").write_bytes(icon(images))


if __name__ == "__main__":
    main()
