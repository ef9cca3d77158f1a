"""What a text in a cell stands for: itself, nothing, or something that was lost on the way. Pure
functions.

Programs write a word where there is nothing (`NULL`), wrap a text so that Excel leaves it alone
(`="00123"`), draw rules of dashes under the headers and count the rows at the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from robot.customers.files.cells import Mark, Reason

_RULE = re.compile(r"[-–—\u2212_]+|(?=.*(?:--|==))[-=+|_ ]+")
# Excel's, in English and Portuguese; what it shows for a column that is too narrow
_ERRORS = re.compile(
    r"#(?:REF|VALUE|VALOR|DIV/0|NAME|NULL|NUM|SPILL|CALC|BLOCKED|UNKNOWN|FIELD|NOME|NULO|NÚM|NUM|DESPEJAR|CAMPO)[!?]"
    r"|#{4,}|#GETTING_DATA",
    re.IGNORECASE,
)
_WRAPPED = re.compile(r'="((?:[^"]|"")*)"|=(\d+)')
_FORMULA = re.compile(r"=\s*[+-]?[A-Za-zÀ-ÿ$(0-9\"]")
_SCIENTIFIC = re.compile(r"[+-]?[1-9](?:[.,]\d+[Ee][+-]?\d+|[Ee][+-]\d+)")
_LOST = re.compile("[\ufffd\udc80-\udcff]")
_GARBLED = re.compile(  # UTF-8 that was read as cp1252: each of its bytes a sign
    "[ÃÂ](?:(?<=Â)\u00a0|[\u0080-\u009f\u00a1-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2018\u201a\u201c\u201e"
    "\u2020-\u2022\u2030\u2039\u203a\u20ac\u2122])"
)
_COUNT = re.compile(
    r"\(?\s*\d+ (?:rows?|row\(s\)|linhas?|linha\(s\)|registros?|registro\(s\)|tuplas?)"
    r"(?: (?:affected|selected|returned|in"
    r" set|afetadas?|afetados?|selecionad[ao]s?|retornad[ao]s?)(?: \([0-9., a-z]+\))?)?"
    r"\s*\)?\.?",
    re.IGNORECASE,
)
# For the cheap look at many texts, joined by NULs: bytes by their kind, and pairs of kinds. Thrice
# as fast as patterns, which are left for what is not Latin. Held in step with those above by
# tests/customers/test_quick_lines.py; justified by benchmarks/files.py.
_FEW = 16  # texts that share one look where more of them failed
_BLANKS, _STARTS, _FAR = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f ", b"=#'[<\\_", bytes(range(0xC4, 0x100))
_KINDS = bytes.maketrans(
    b"123456789" + b"E" + b"+" + _BLANKS + _STARTS + _FAR,
    b"0" * 9 + b"e" + b"-" + b" " * len(_BLANKS) + b"=" * len(_STARTS) + b"\xff" * len(_FAR),
)
_PAIRS = (
    *(b"\0=", b"\0 ", b"\0\xc2", b" \0", b"\xc2\xa0\0", b"\xc2\x85\0"),
    *(b"==", b"--", b"0e0", b"0e-", b"\xc3\x83\xc2", b"\xc3\x82\xc2"),
)
_ODD = re.compile(r"\0[\s–—\u2212]|\s\0|\d[Ee][+-]?\d|\ufffd")
_WORDS = frozenset(
    cased
    for word in (
        *(
            "null",
            "(null)",
            "[null]",
            "<null>",
            "none",
            "undefined",
            "\\n",
            "(blank)",
            "(vazio)",
            "(em branco)",
        ),
        *("n/a", "n/d", "#n/a", "#n/d", "<na>"),
    )
    for cased in (word, word.upper(), word.capitalize(), word.title())
) | {"NA", "nan", "NaN", "NaT", "-"}  # not Nan, Nat, Nil: people have these names


def read_texts(texts: Sequence[str]) -> list[str | Mark | None]:
    """What cells with these texts hold: without blanks at the ends and without wrappers; None for
    nothing.
    """
    if are_plain(texts):
        return [text or None for text in texts]
    if len(texts) > _FEW:
        return [
            read
            for start in range(0, len(texts), _FEW)
            for read in read_texts(texts[start : start + _FEW])
        ]
    return [_read(text.strip()) for text in texts]


def are_plain(texts: Sequence[str]) -> bool:
    """A cheap look at many texts: if it is true, each is what it is, or is empty."""
    joined = "\0".join(("", *texts, ""))
    try:
        kinds = joined.encode().translate(_KINDS)
    except UnicodeEncodeError:  # a byte that was not decoded
        return False
    if any(pair in kinds for pair in _PAIRS) or not _WORDS.isdisjoint(texts):
        return False
    return 0xFF not in kinds or not (_ODD.search(joined) or _is_garbled(joined))


def _is_garbled(text: str) -> bool:
    return "â€" in text or _GARBLED.search(text) is not None


def _read(text: str) -> str | Mark | None:
    if match := _WRAPPED.fullmatch(text):
        text = (match[2] or match[1].replace('""', '"')).strip()
    elif _FORMULA.match(text):
        return Mark(Reason.FORMULA, None, text)
    elif text.startswith("'"):
        text = text[1:].strip()
    if not text or text in _WORDS or _RULE.fullmatch(text):
        return None
    if text.isascii() and text[0] not in "#+-0123456789":
        return text
    if _LOST.search(text):
        return Mark(Reason.UNDECODED, None, _LOST.sub("?", text))
    if _ERRORS.fullmatch(text):
        return Mark(Reason.ERROR, None, text)
    if _SCIENTIFIC.fullmatch(text):
        return Mark(Reason.ROUNDED, text, text)
    if _is_garbled(text):
        return Mark(Reason.GARBLED, text, text)
    return text


def is_count(text: object) -> bool:
    """Whether it is what a database's client prints below a result: `(3 rows affected)`."""
    return isinstance(text, str) and _COUNT.fullmatch(text) is not None


def is_rule(text: str) -> bool:
    """Whether a line only draws a rule: `------ | -----`, `+----+-----+`."""
    return re.fullmatch(r"[-=+|_;,\s]{2,}", text) is not None
