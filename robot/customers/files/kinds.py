"""What a file is, by its first bytes and not by its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from robot.customers.files.errors import UnreadableFile

if TYPE_CHECKING:
    import zipfile

TEXT_SUFFIXES = frozenset({".csv", ".txt", ".tsv"})
WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm"})
_SAVE = 'Open it in Excel and save it with "Save as", Excel workbook (.xlsx).'
_HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"%PDF", "a PDF", "Ask for the list as a spreadsheet or as CSV."),
    (b"{\\rtf", "a text document (RTF)", "Copy its table into Excel and save it as .xlsx."),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (7-Zip)", "Unpack it first."),
    (b"Rar!", "a compressed file (RAR)", "Unpack it first."),
    (b"PAR1", "a Parquet file", "Export it as CSV."),
    (b"SQLite format 3\0", "a database (SQLite)", "Export its table as CSV."),
    (b"\x89PNG", "a picture", "Ask for the list as a spreadsheet or as CSV."),
    (b"\xff\xd8\xff", "a picture", "Ask for the list as a spreadsheet or as CSV."),
    (b"GIF8", "a picture", "Ask for the list as a spreadsheet or as CSV."),
    (b"MZ", "a program", "Choose the list itself."),
)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|meta|body|table|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_SHEET = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet")
_FOREIGN_PARTS = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "xl/workbook.bin": "a binary Excel workbook (.xlsb)",
    "Index/Document.iwa": "a workbook of Apple Numbers",
    "Index.zip": "a workbook of Apple Numbers",
}


def is_workbook(path: Path) -> bool:
    """True for an Excel workbook (a zip), False for a text.

    Raises UnreadableFile for all else, and for a wrong suffix.
    """
    suffix = path.suffix.lower()
    if suffix not in TEXT_SUFFIXES | WORKBOOK_SUFFIXES:
        what = (
            "an old Excel workbook (.xls)"
            if suffix == ".xls"
            else f"{suffix or 'a file without a suffix'}"
        )
        _refuse(path, f"{what}: only .csv and .xlsx are read", _SAVE)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise _empty(path, head)
    if head.startswith(_OLE):
        _refuse_ole(path)
    for magic, what, hint in _MAGIC:
        if head.startswith(magic):
            _refuse(path, f"it is {what}, not a list", hint)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if suffix in TEXT_SUFFIXES:
            _refuse(
                path,
                f"it is an Excel workbook, or another zip file, under the name {suffix}",
                "Rename it to .xlsx.",
            )
        return True
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    if _HTML.match(plain):
        _refuse(path, f"it is a web page (HTML) under the name {suffix}", _SAVE)
    if plain.lstrip().startswith(b"<?xml"):
        what = "an Excel XML spreadsheet of 2003" if _XML_SHEET.search(plain) else "an XML file"
        _refuse(path, f"it is {what} under the name {suffix}", _SAVE)
    if suffix in WORKBOOK_SUFFIXES:
        text = _is_text(head)
        _refuse(
            path,
            f"it is a text file (CSV?) under the name {suffix}"
            if text
            else "it is no Excel workbook",
            "Rename it to .csv." if text else f"Choose another file, or save it again. {_SAVE}",
        )
    return False


def refuse_foreign_zip(path: Path, names: frozenset[str], archive: zipfile.ZipFile) -> None:
    """Raise UnreadableFile if the zip is a document of another kind."""
    for name, what in _FOREIGN_PARTS.items():
        if name in names:
            _refuse(path, f"it is {what}", _SAVE)
    if "mimetype" in names and b"opendocument" in archive.read("mimetype")[:100]:
        _refuse(
            path,
            "it is a LibreOffice document (.ods)",
            'In LibreOffice: "Save as", Excel 2007-365 (.xlsx).',
        )
    inside = sorted(
        name for name in names if Path(name).suffix.lower() in TEXT_SUFFIXES | WORKBOOK_SUFFIXES
    )
    if inside and not any(name.startswith("xl/") for name in names):
        _refuse(path, f"it is a zip file that holds {inside[0]}", "Unpack it first.")


def _refuse_ole(path: Path) -> None:
    """The file of a password and the old .xls have the same form outside; the names inside tell
    them apart.
    """
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        _refuse(
            path,
            "it is protected by a password",
            'Open it in Excel, take the password out ("File", "Info"), save it.',
        )
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        _refuse(
            path, f"it is an old Excel workbook (.xls) under the name {path.suffix.lower()}", _SAVE
        )
    _refuse(path, "it has a password, or is an old .xls or another old Office document", _SAVE)


def _empty(path: Path, head: bytes) -> UnreadableFile:
    if b"\0" in head:
        return UnreadableFile(
            f"{path.name}: it holds nothing but zeros: it was not copied whole.", "Copy it again."
        )
    return UnreadableFile(f"{path.name} is empty.", "The first line must hold the headers.")


def _is_text(head: bytes) -> bool:
    return not re.search(
        rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head.replace(b"\0", b"") if b"\0" in head[:4] else head
    )


def _refuse(path: Path, what: str, hint: str) -> None:
    raise UnreadableFile(f"{path.name} cannot be read: {what}.", hint)
