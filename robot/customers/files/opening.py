"""From a path to a table: what the file is, and its headers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from robot.customers.files.busy import access, refuse_if_open
from robot.customers.files.cells import Doubtful, Reason, Unreadable
from robot.customers.files.errors import UnreadableFile
from robot.customers.files.kinds import is_workbook
from robot.customers.files.table import Row, Table


def open_table(path: Path, *, sheet: str | None = None, encoding: str | None = None) -> Table:
    """Find out what a file is, check it to its end, and read its headers. Raises UnreadableFile,
    and nothing else.

    `sheet`: the name of the sheet to read, also of a hidden one; `encoding`: that of a CSV, where
    the operator knows it.
    """
    with access(path):
        if path.is_dir():
            raise UnreadableFile(f"{path} is a folder.", "Name the file in it.")
        if not path.exists():
            raise UnreadableFile(f"{path} does not exist.", "Check the path.")
        refuse_if_open(path)
        workbook = is_workbook(path)
    return _of_workbook(path, sheet) if workbook else _of_text(path, sheet, encoding)


def _of_text(path: Path, sheet: str | None, encoding: str | None) -> Table:
    if sheet is not None:
        raise UnreadableFile(f"{path.name} is a CSV: it has no sheets.", "Leave --sheet out.")
    # here, as below: `run` and the others pay for no reader of files
    from robot.customers.files.text import TextFile

    file = TextFile(path, encoding)
    first = _first(path, file.rows())
    return Table(
        path,
        first.number,
        _headers(path, first),
        file.rows,
        header_swallowed=first.swallowed,
        encoding=file.encoding.codec.removesuffix("-sig"),
        separator=file.separator,
        notes=(file.encoding.note,) if file.encoding.note else (),
    )


def _of_workbook(path: Path, sheet: str | None) -> Table:
    from robot.customers.files.workbook import WorkbookFile

    book = WorkbookFile(path, sheet)
    first = _first(path, book.rows())
    headers = _headers(path, first)
    return Table(
        path,
        first.number,
        headers,
        book.rows,
        sheet=book.sheet,
        sheets=book.sheets,
        notes=book.notes,
    )


def _first(path: Path, rows: Iterator[Row]) -> Row:
    row = next(rows, None)
    if row is None:
        raise UnreadableFile(f"{path.name} is empty.", "The first line must hold the headers.")
    return row


def _headers(path: Path, row: Row) -> tuple[str, ...]:
    """The headers as text.

    One that cannot be read would leave its whole column without a meaning.
    """
    headers = []
    for cell in row.cells:
        if isinstance(cell, Unreadable) and cell.reason is not Reason.MERGED:
            raise UnreadableFile(
                f"{path.name}: the header in {cell.address} is {cell.reason.text}.",
                cell.reason.hint,
            )
        if cell is None or isinstance(cell, Unreadable):
            headers.append("")
        else:
            headers.append(str(cell.value if isinstance(cell, Doubtful) else cell))
    return tuple(headers)
