"""In which encoding a text file is written: UTF-8, UTF-16, UTF-32, or one of the code pages used in
Brazil.

A file that is not UTF-8 as a whole may still be UTF-8 with a few broken bytes: letters of two bytes
that fit together hardly ever occur by chance. The three code pages (Windows, MS-DOS, old Macs) are
told apart by which of them gives Portuguese words. chardet 7.7 and charset-normalizer 3.5, asked
for the same three, are right for a quarter to two thirds of the files with one or two accented
letters (benchmarks/encodings.py), and this for nearly all.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from robot.customers.files.errors import UnreadableFile

CODE_PAGES = ("cp1252", "cp850", "mac_roman")
_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"(?<=([\x00-\xff]))?([\x80-\xff])(?=([\x00-\xff]))?", re.DOTALL)
_HIGH_BYTES = bytes(range(128, 256))
_ENOUGH = 20_000  # bytes beyond ASCII that are looked at
_SURE = 2.0
_COMMON = frozenset("ãçáéíóúâêôõàÃÇÁÉÍÓÚÂÊÔÕÀ")
_QUOTES = frozenset("“”‘’„‚«»–—…•€£\u00a0")
_ORDINALS = frozenset("ªº°§")


class Encoding(NamedTuple):
    """`errors`: what the codec does with bytes that it does not know; either way they are marked in
    the text.

    `note`: what the operator should know of the choice.
    """

    codec: str
    errors: str
    note: str = ""


def find_encoding(path: Path) -> Encoding:
    """The encoding of a file. Raises OSError, and UnreadableFile where no encoding gives a text."""
    with path.open("rb") as file:
        head = file.read(4096)
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return _with_errors(codec)
    if wide := _utf16(head):
        return Encoding(wide, "replace", f"it is UTF-16 without its mark, read as {wide}")
    if _is_utf8(path):
        return Encoding("utf-8", "strict")
    whole, broken, sample = _measured(path)
    if whole >= broken:
        return Encoding(
            "utf-8",
            "surrogateescape",
            f"it is UTF-8 with {broken} broken byte(s): their lines are rejected",
        )
    return _code_page(path, sample)


def named_encoding(path: Path, name: str) -> Encoding:
    """The encoding that the operator names. Raises UnreadableFile if there is none of this name."""
    try:
        return _with_errors(codecs.lookup(name).name)
    except LookupError:
        raise UnreadableFile(
            f"{path.name}: there is no encoding named {name}.",
            "Known ones are utf-8, cp1252, cp850, mac_roman, utf-16.",
        ) from None


def _with_errors(codec: str) -> Encoding:
    return Encoding(
        codec,
        "replace"
        if codec.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))
        else "surrogateescape",
    )


def _utf16(head: bytes) -> str | None:
    """By where the zeros stand: every second byte of a text in a western language."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 10 < len(head) * 3:  # of every ten letters more than six
        return None
    if min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _measured(path: Path) -> tuple[int, int, Counter[tuple[bytes, bytes, bytes]]]:
    """How many letters of UTF-8 there are, how many bytes that are in none, and the bytes beyond
    ASCII among others.
    """
    whole = broken = seen = 0
    sample: Counter[tuple[bytes, bytes, bytes]] = Counter()
    with path.open("rb") as file:
        while lines := file.readlines(_CHUNK):
            chunk = b"".join(lines)
            sequences = _SEQUENCE.findall(chunk)
            whole += len(sequences)
            high = len(chunk) - len(chunk.translate(None, _HIGH_BYTES))
            broken += high - sum(map(len, sequences))
            if seen < _ENOUGH:
                found = [
                    (before or b"\n", byte, after or b"\n")
                    for before, byte, after in _HIGH.findall(chunk)
                ]
                seen += len(found)
                sample.update(found)
    return whole, broken, sample


def _code_page(path: Path, sample: Counter[tuple[bytes, bytes, bytes]]) -> Encoding:
    scores = {codec: score(codec, sample) for codec in CODE_PAGES}
    best, second, _ = sorted(CODE_PAGES, key=lambda codec: -scores[codec])  # the first of equals
    count = sample.total()
    if count >= 10 and scores[best] < -count:
        raise UnreadableFile(
            f"{path.name}: in no known encoding do its letters give words.",
            'Save it again: in Excel "Save as", CSV UTF-8 or Excel workbook (.xlsx).',
        )
    note = ""
    if scores[best] - scores[second] < _SURE:
        note = (
            f"its encoding is not certain: read as {best}, maybe it is {second}. Look at the"
            " names, or save it as UTF-8"
        )
    elif best != CODE_PAGES[0]:
        note = f"it is not UTF-8: read as {best}"
    return Encoding(best, "surrogateescape", note)


def score(codec: str, sample: Counter[tuple[bytes, bytes, bytes]]) -> float:
    """How well the bytes, each with its neighbours, make Portuguese words in this code page."""
    text = {bytes([byte]): bytes([byte]).decode(codec, "replace") for byte in range(256)}
    return sum(count * _fit(*(text[byte] for byte in triple)) for triple, count in sample.items())


def _fit(before: str, sign: str, after: str) -> float:
    inside = before.isalpha() and after.isalpha()
    if sign == "\ufffd" or (sign.isprintable() is False and sign != "\u00a0"):
        return -4
    if sign in _ORDINALS:
        return 1 if sign in "ªº°" and (before.isdigit() or before in "nN") else -3 if inside else -1
    if sign in _QUOTES:
        return 0.5 if not inside else 0 if sign == "’" else -3
    if not sign.isalpha():
        return -3 if inside else -0.5
    if sign.isupper() and before.isalpha() and (before.islower() or after.islower()):
        return -3  # JoÒo, MŸller
    if sign.islower() and inside and before.isupper() and after.isupper():
        return -1  # JOãO, as some old programs write
    if sign not in _COMMON:
        return 0.25
    if sign.islower() and not before.isalpha():
        return 1  # a name begins with a capital
    return 2 - _misspelled(sign.lower(), before.lower(), after.lower())


def _misspelled(sign: str, before: str, after: str) -> float:
    """What Portuguese does not write: ç before anything but a, o, u; an accent before another open
    vowel. And `ão`.
    """
    if sign == "ç":
        return 0 if after in "aouãõáóúâô" and before.isalpha() else 2.5
    if sign in "áàâéêóô" and after in "aeo":
        return 1.5
    if sign == "ã" and after == "o":
        return -1
    if sign == "ã" and after not in "oe" and after.isalpha() and after not in "sn":
        return 1
    if sign == "õ" and after != "e":
        return 1.5
    return 1 if sign in "àâêô" and not after.isalpha() else 0
