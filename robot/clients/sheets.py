"""Lists that people keep in files: CSV in any encoding and with any separator, and XLSX. Read line by line, never whole."""

from __future__ import annotations

import codecs
import csv
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from robot.errors import ConfigurationError

SEPARATORS = ";,\t|"
_CHUNK = 1 << 20
_BREAK = re.compile(r"\r\n|\r|\n")
_END = "\0"  # a line after the last one; NULs are taken out of the file's own lines


class Line(NamedTuple):
    """A line of a list: the number of the file's line in which it begins, and its cells.

    `swallowed`: how many lines of the file after that one stand inside it, behind a quote that is probably not closed. A
    cell of several lines, as an address may be, swallows none.
    """

    number: int
    cells: Sequence[object]
    swallowed: int = 0


def read_lines(path: Path) -> Iterator[Line]:
    """The lines, the headers first; blank ones left out. Raises ConfigurationError, for a CSV before the first line."""
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder.", "Name the file in it.")
    if not path.is_file():
        raise ConfigurationError(f"{path} does not exist.", "Check the path.")
    suffix = path.suffix.lower()
    if suffix in {".csv", ".txt", ".tsv"}:
        return _csv(path)
    if suffix in {".xlsx", ".xlsm"}:
        return _xlsx(path)
    raise ConfigurationError(f"{path.name}: only .csv and .xlsx are read.", 'In Excel: "Save as", Excel workbook (.xlsx).')


def _csv(path: Path) -> Iterator[Line]:
    encoding = _encoding(path)
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        for _ in _csv_lines(path, encoding):  # to its end: a quote that is left open there refuses the whole file
            pass
        yield from _csv_lines(path, encoding)
    except csv.Error as error:
        raise ConfigurationError(f"{path.name}: it cannot be read as CSV ({error}).", "Save it again as CSV.") from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", "Close it in Excel, or check its rights."
        ) from None


def _csv_lines(path: Path, encoding: str) -> Iterator[Line]:
    """The csv module says neither where a cell opens nor that the last one is still open: the line `_END` tells both."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        separator, above = _separator(file)
        reader = csv.reader(_with_end(file), delimiter=separator, skipinitialspace=True)
        width, last = 0, above
        for cells in reader:
            first, last = last + 1, above + reader.line_num
            if cells and cells[-1].endswith(_END):
                if cells != [_END]:
                    opened = last - len(_BREAK.findall(cells[-1]))
                    raise ConfigurationError(
                        f"{path.name}: the quote that opens in line {opened} is never closed. Nothing was imported.",
                        "Close it, or take it out, and import again.",
                    )
                return
            if any(cell.strip() for cell in cells):
                width = width or len(cells)
                swallowed = last - first if last > first and _is_swallowing(cells, separator, width) else 0
                yield Line(first, [cell.removeprefix("\ufeff") for cell in cells], swallowed)


def _separator(file: TextIO) -> tuple[str, int]:
    """The separator, and how many lines to leave out: `sep=;` is Excel's own. The file then stands at the first line."""
    head = file.readline()
    if head.lower().startswith("sep=") and len(head.strip()) == 5:
        return head.strip()[4], 1
    while not head.strip() and head:
        head = file.readline()
    file.seek(0)
    return max(SEPARATORS, key=lambda sign: _outside_quotes(head).count(sign)), 0


def _with_end(file: TextIO) -> Iterator[str]:
    for line in file:
        text = line.replace(_END, "")
        yield text if text.endswith(("\r", "\n")) else f"{text}\n"
    yield _END


def _is_swallowing(cells: Sequence[str], separator: str, width: int) -> bool:
    """Of a line that stands in several of the file: whether a quote seems to have met that of another line.

    One cell then holds the end of a line and the separators of the next, or, where every cell is in quotes, the rest of
    the other line stands beyond the headers.
    """
    return any(separator in cell and _BREAK.search(cell) for cell in cells) or any(cell.strip() for cell in cells[width:])


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _encoding(path: Path) -> str:
    """UTF-8 where the whole file is, UTF-16 by its mark, cp1252 otherwise (Excel in Brazil)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            first = file.read(2)
            if first in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
                return "utf-16"
            file.seek(0)
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", "Close it in Excel, or check its rights."
        ) from None
    return "utf-8-sig"


def _xlsx(path: Path) -> Iterator[Line]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ConfigurationError(f"{path.name}: it is no Excel workbook ({error}).", "Save it again as .xlsx.") from None
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size, and cells would be missing
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            if any(cell is not None and str(cell).strip() for cell in cells):
                yield Line(number, _without_tail(cells))
    finally:
        book.close()


def _without_tail(cells: Sequence[object]) -> Sequence[object]:
    end = len(cells)
    while end and (cells[end - 1] is None or not str(cells[end - 1]).strip()):
        end -= 1
    return cells[:end]
