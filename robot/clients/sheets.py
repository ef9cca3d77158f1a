"""Lists that people keep in files: CSV in any encoding and with any separator, and XLSX. Read line by line, never whole."""

from __future__ import annotations

import codecs
import csv
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from robot.errors import ConfigurationError

_SEPARATORS = ";,\t|"
_CHUNK = 1 << 20

Line = tuple[int, Sequence[object]]


def read_lines(path: Path) -> Iterator[Line]:
    """(number of the line, its cells), the headers first; blank lines left out. Raises ConfigurationError."""
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
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            head = file.readline()
            separator, above = "", 0
            if head.lower().startswith("sep=") and len(head.strip()) == 5:
                separator, above = head.strip()[4], 1
            else:
                file.seek(0)
                while not head.strip() and head:
                    head = file.readline()
                file.seek(0)
            separator = separator or max(_SEPARATORS, key=lambda sign: _outside_quotes(head).count(sign))
            lines = csv.reader((line.replace("\0", "") for line in file), delimiter=separator, skipinitialspace=True)
            for cells in lines:
                if any(cell.strip() for cell in cells):
                    yield above + lines.line_num, [cell.removeprefix("\ufeff") for cell in cells]
    except csv.Error as error:
        raise ConfigurationError(f"{path.name}: it cannot be read as CSV ({error}).", "Save it again as CSV.") from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", "Close it in Excel, or check its rights."
        ) from None


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
                yield number, _without_tail(cells)
    finally:
        book.close()


def _without_tail(cells: Sequence[object]) -> Sequence[object]:
    end = len(cells)
    while end and (cells[end - 1] is None or not str(cells[end - 1]).strip()):
        end -= 1
    return cells[:end]
