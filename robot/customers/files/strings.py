"""The texts that the cells of a workbook share: read once, kept in memory, named by their
number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from robot.customers.files.blocks import blocks, excel_text, is_sound, prefix_of, unescape
from robot.customers.files.cells import Mark
from robot.customers.files.package import damaged
from robot.customers.files.words import read_texts

Text = str | Mark | None


def shared_texts(path: Path, part: str, chunks: Iterator[bytes]) -> list[Text]:
    """All of them, in order. Raises UnreadableFile."""
    texts: list[Text] = []
    reader = _Reader()
    found = blocks(path, part, chunks, start="sst", end="si")
    head = next(found)
    p = prefix_of(head, "sst")
    quick = re.compile(
        rf"(?:<{p}si>(?:<{p}t(?:"
        rf" xml:space=\"preserve\")?>[^<]*+</{p}t>|<{p}t/>)</{p}si>|<{p}si/>\s*+)*+"
    )
    each = re.compile(
        rf"<{p}si>(?:<{p}t(?: xml:space=\"preserve\")?>([^<]*+)</{p}t>|<{p}t/>)</{p}si>|<{p}si/>"
    )
    try:
        reader.parse(head)
        for block in found:
            if quick.fullmatch(block) and is_sound(block):
                new = each.findall(block)
                if "&" in block or "_x" in block:
                    new = [*map(unescape, new)]
            else:
                new = reader.parse(block)
            texts += read_texts(new)
        reader.close()
    except expat.ExpatError as error:
        raise damaged(path, f"the XML of {part} is not whole ({error})") from None
    return texts


class _Reader:
    """expat over `<si>`: the text of its runs, without what tells how to pronounce it (`rPh`)."""

    def __init__(self) -> None:
        self._parser = new_parser(self._start, self._end, self._text)
        self._found: list[str] = []
        self._runs: list[str] = []
        self._aside = 0
        self._inside = False

    def parse(self, block: str) -> list[str]:
        """The texts that end in this part of the document."""
        self._found = []
        self._parser.Parse(block)
        return self._found

    def close(self) -> None:
        self._parser.Parse("", True)

    def _start(self, name: str, _: dict[str, str]) -> None:
        local = name.rsplit(":", 1)[-1]
        if local == "si":
            self._runs = []
        elif local == "rPh":
            self._aside += 1
        self._inside = local == "t" and not self._aside

    def _text(self, text: str) -> None:
        if self._inside:
            self._runs.append(text)

    def _end(self, name: str) -> None:
        local = name.rsplit(":", 1)[-1]
        self._inside = False
        if local == "rPh":
            self._aside -= 1
        elif local == "si":
            self._found.append(excel_text("".join(self._runs)))


def new_parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> expat.XMLParserType:
    """expat with these handlers, which refuses a document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    """Excel writes no document type, and attacks are made of it."""
    raise expat.ExpatError("a document type")
