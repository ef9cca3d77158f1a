"""A large XML part as text, in blocks that end where an element ends, each read the quick way or by
expat.

A block that a pattern matches from its first letter to its last is known to be well-formed; expat
is given the document without these blocks. So damage is found wherever it stands, and what most
programs write is read three times as fast.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from robot.customers.files.package import damaged, refuse_strict

_LONGEST = 64 << 20  # letters of one block, if a part has no place to cut it
_CONTROLS = bytes({*range(32)} - {9, 10, 13})
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_REFERENCES = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&apos;": "'",
    "&#9;": "\t",
    "&#10;": "\n",
    "&#13;": "\r",
    "&#xA;": "\n",
    "&#xD;": "\r",
}
_REFERENCE = re.compile("|".join(_REFERENCES))
_OTHER_REFERENCE = re.compile(f"&(?!(?:{'|'.join(name[1:] for name in _REFERENCES)}))")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def prefix_of(head: str, element: str) -> str:
    """The namespace's prefix that the program gives to its elements: `x:` of `<x:worksheet`,
    usually none.
    """
    match = re.search(rf"<([\w.-]+:)?{element}\b", head)
    return (match[1] or "") if match else ""


def blocks(
    path: Path, part: str, chunks: Iterator[bytes], *, start: str, end: str
) -> Iterator[str]:
    """The head up to and with the first `start` tag, then blocks that end with the tag `</end>`,
    then the rest.

    Raises UnreadableFile for letters that XML forbids.
    """
    first = next(chunks, b"")
    decoder = codecs.getincrementaldecoder(_codec(first))("strict")
    is_utf8 = _codec(first) in {"utf-8", "utf-8-sig"}
    closing = re.compile(rf"(?s).*</(?:[\w.-]+:)?{end}\s*>")
    rest, started = "", False
    chunk: bytes | None = first
    while chunk is not None:
        if is_utf8 and len(chunk.translate(None, _CONTROLS)) != len(chunk):
            raise damaged(path, f"a control character in {part}")
        try:
            rest += decoder.decode(chunk)
        except UnicodeDecodeError:
            raise damaged(
                path, f"letters in {part} that are not {decoder.__class__.__module__}"
            ) from None
        if not started and (match := re.search(rf"<(?:[\w.-]+:)?{start}(?:\s[^<>]*)?/?>", rest)):
            refuse_strict(path, rest[: match.end()])
            started = True
            yield rest[: match.end()]
            rest = rest[match.end() :]
        if started and (whole := closing.match(rest)):
            yield rest[: whole.end()]
            rest = rest[whole.end() :]
        if len(rest) > _LONGEST:
            raise damaged(path, f"{part} has an element of more than {_LONGEST >> 20} MB")
        chunk = next(chunks, None)
    if not started:
        refuse_strict(path, rest)
    yield rest


def is_sound(block: str) -> bool:
    """Whether a block that fits its pattern has no reference but those that `unescape` knows; expat
    knows the others.
    """
    return "&" not in block or not _OTHER_REFERENCE.search(block)


def unescape(text: str) -> str:
    """The text of XML, `&amp;` for &, as Excel shows it."""
    return excel_text(
        _REFERENCE.sub(lambda match: _REFERENCES[match[0]], text) if "&" in text else text
    )


def excel_text(text: str) -> str:
    """A text as Excel shows it: signs that XML has no place for are written `_x0007_`."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _codec(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _DECLARED.match(head)
    try:
        return codecs.lookup(declared[1].decode()).name if declared else "utf-8"
    except LookupError:
        return "utf-8"
