"""The zip that an XLSX file is: its parts, checked before they are read, and what the workbook says
of its sheets.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from robot.customers.files.errors import UnreadableFile
from robot.customers.files.kinds import refuse_foreign_zip

CHUNK = 1 << 17
SAVE_AGAIN = 'Open it in Excel and save it again with "Save as", Excel workbook (.xlsx).'
_MOST = 4 << 30  # bytes of one part: XML of a sheet that is as full as a sheet can be
_MOST_STRINGS = 1 << 30
_MOST_SMALL = 64 << 20  # bytes of a part that is read whole
_BOMB_SIZE, _BOMB_RATIO = 100 << 20, 400  # the XML of a sheet gets 5 to 100 times smaller
_STRICT = "http://purl.oclc.org/ooxml/"


class SheetPart(NamedTuple):
    """A sheet of the workbook: its name, whether it is "visible", "hidden" or "veryHidden", and its
    part of the zip.
    """

    name: str
    state: str
    part: str


class Workbook(NamedTuple):
    """What the workbook's own part says.

    `calculates_on_load`: Excel would give other values to its formulas.
    """

    sheets: tuple[SheetPart, ...]
    since_1904: bool
    calculates_on_load: bool
    strings: str | None
    styles: str | None


class Package:
    """An open XLSX file. Every method raises UnreadableFile where the file is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile:
            raise damaged(path, "it was cut, or not copied whole") from None
        self._open: list[IO[bytes]] = []
        names = self._zip.namelist()
        # some programs are careless
        self._names = {name.replace("\\", "/").lower(): name for name in names}
        if len(self._names) != len(names):
            self._zip.close()
            raise damaged(path, "it holds two parts of the same name")

    def close(self) -> None:
        """Close the file, and the parts that somebody stopped reading in the middle."""
        for part in self._open:
            part.close()
        self._zip.close()

    def chunks(self, part: str, most: int = _MOST) -> Iterator[bytes]:
        """The bytes of a part, a piece at a time."""
        with self._damage(part):
            info = self._zip.getinfo(self._names[part.lower()])
            if info.flag_bits & 1:
                raise UnreadableFile(
                    f"{self._path.name} cannot be read: its zip is encrypted.",
                    f"Take the password out. {SAVE_AGAIN}",
                )
            is_bomb = (
                info.file_size > _BOMB_SIZE and info.file_size > info.compress_size * _BOMB_RATIO
            )
            if info.file_size > most or is_bomb:
                raise UnreadableFile(
                    (
                        f"{self._path.name} cannot be read: {part} would unpack to"
                        f" {info.file_size >> 20:,} MB."
                    ),
                    (
                        "A list of customers is never so large: do not open it, ask where it comes"
                        " from."
                    ),
                )
            file = self._zip.open(info)
            self._open.append(file)
            while chunk := file.read(CHUNK):
                yield chunk

    def strings(self, part: str) -> Iterator[bytes]:
        """The bytes of the shared strings, which are kept in memory."""
        return self.chunks(part, _MOST_STRINGS)

    def workbook(self) -> Workbook:
        """Its sheets, in the order of their tabs."""
        refuse_foreign_zip(self._path, frozenset(self._zip.namelist()), self._zip)
        main = next((t for _, kind, t in self._relations("") if kind == "officeDocument"), None)
        if main is None or main.lower() not in self._names:
            what = (
                "it is a zip file, not an Excel workbook" if main is None else f"{main} is missing"
            )
            raise damaged(self._path, what)
        root = self.tree(main)
        relations = {name: (kind, target) for name, kind, target in self._relations(main)}
        sheets = []
        for sheet in _all(root, "sheet"):
            kind, target = relations.get(_attribute(sheet, "id"), ("", ""))
            if kind == "worksheet":
                sheets.append(
                    SheetPart(sheet.get("name", ""), sheet.get("state", "visible"), target)
                )
            elif not kind:
                raise damaged(self._path, f"the sheet {sheet.get('name', '')} is missing")
        parts = {
            kind: target for kind, target in relations.values() if target.lower() in self._names
        }
        setting = next(iter(_all(root, "calcPr")), None)
        dates = next(iter(_all(root, "workbookPr")), None)
        return Workbook(
            tuple(sheets),
            dates is not None and dates.get("date1904") in {"1", "true"},
            setting is not None and setting.get("fullCalcOnLoad") in {"1", "true"},
            parts.get("sharedStrings"),
            parts.get("styles"),
        )

    def tree(self, part: str) -> ElementTree.Element:
        """A small part, read whole.

        Raises UnreadableFile for XML that is damaged, or Strict Open XML.
        """
        content = b"".join(self.chunks(part, _MOST_SMALL))
        with self._damage(part):
            return parsed(self._path, content)

    def _relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations.lower() not in self._names:
            return
        for relation in _all(self.tree(relations), "Relationship"):
            if relation.get("TargetMode") != "External":
                target = relation.get("Target", "")
                joined = (
                    target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                )
                kind = relation.get("Type", "").rsplit("/", 1)[-1]
                yield relation.get("Id", ""), kind, posixpath.normpath(joined)

    @contextmanager
    def _damage(self, part: str) -> Iterator[None]:
        """Tell what a damaged part raises: the zip, its compression, the XML in it."""
        try:
            yield
        except KeyError:
            raise damaged(self._path, f"{part} is missing") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OverflowError):
            raise damaged(
                self._path, f"{part} cannot be unpacked: the file was cut, or is not whole"
            ) from None
        except (expat.ExpatError, ElementTree.ParseError) as error:
            raise damaged(self._path, f"the XML of {part} is not whole ({error})") from None


def damaged(path: Path, why: str) -> UnreadableFile:
    """The error for a workbook that Excel would want to repair, if it opened it at all."""
    return UnreadableFile(
        f"{path.name} cannot be read as a workbook: it is damaged ({why}).", SAVE_AGAIN
    )


def refuse_strict(path: Path, text: str) -> None:
    """Raise UnreadableFile if the XML is of the form that Excel calls "Strict Open XML
    Spreadsheet".
    """
    if _STRICT in text:
        raise UnreadableFile(
            f"{path.name} cannot be read as a workbook: it is a Strict Open XML spreadsheet.",
            'Open it in Excel and save it with "Save as", Excel workbook (.xlsx), not Strict.',
        )


def parsed(path: Path, content: bytes) -> ElementTree.Element:
    """The XML of a part.

    A document type is refused: Excel writes none, and attacks are made of it.
    """
    if re.search(rb"<!DOCTYPE|<!ENTITY", content):
        raise damaged(path, "its XML has a document type")
    refuse_strict(path, content[:CHUNK].decode("utf-8", "replace"))
    return ElementTree.fromstring(content)  # noqa: S314 - expat, without document types


def _all(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The elements of this name, whatever prefix the program gave to it."""
    return (element for element in root.iter() if element.tag.rsplit("}", 1)[-1] == name)


def _attribute(element: ElementTree.Element, name: str) -> str:
    """An attribute with a namespace, `r:id`."""
    return next((value for key, value in element.items() if key.endswith(f"}}{name}")), "")
