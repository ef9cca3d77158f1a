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
    "[ÃÂ][\u0080-\u009f\u00a1-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2018\u201a\u201c\u201e"
    "\u2020-\u2022\u2030\u2039\u203a\u20ac\u2122]|Â\u00a0|â€"
)
_COUNT = re.compile(
    r"\(?\s*\d+ (?:rows?|row\(s\)|linhas?|linha\(s\)|registros?|registro\(s\)|tuplas?)"
    r"(?: (?:affected|selected|returned|in"
    r" set|afetadas?|afetados?|selecionad[ao]s?|retornad[ao]s?)(?: \([0-9., a-z]+\))?)?"
    r"\s*\)?\.?",
    re.IGNORECASE,
)
# A cheap first look at the texts of a row, joined: without any of these, each is what it is. A
# pattern that begins with a plain letter is found ten times as fast as one that does not. Held in
# step with the patterns above by tests.
_JOINT = "\0"
_START = re.compile(r"\0[\s=#'\[<\\_–—\u2212]")
_EXPONENT = re.compile(r"[Ee][+-]?[0-9]")
_SIGNS = re.compile("[ÃÂ\ufffd\udc80-\udcff]|â€|\\s\0")
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
    joined = f"\0{_JOINT.join(texts)}\0"
    if (
        not _START.search(joined)
        and _WORDS.isdisjoint(texts)
        and "--" not in joined
        and "==" not in joined
        and " \0" not in joined
        and "\t\0" not in joined
        and "\n\0" not in joined
        and not _EXPONENT.search(joined)
        and (joined.isascii() or not _SIGNS.search(joined))
    ):
        return [text or None for text in texts]
    return [_read(text.strip()) for text in texts]


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
    if _GARBLED.search(text):
        return Mark(Reason.GARBLED, text, text)
    return text


def is_count(text: object) -> bool:
    """Whether it is what a database's client prints below a result: `(3 rows affected)`."""
    return isinstance(text, str) and _COUNT.fullmatch(text) is not None


def is_rule(text: str) -> bool:
    """Whether a line only draws a rule: `------ | -----`, `+----+-----+`."""
    return re.fullmatch(r"[-=+|_;,\s]{2,}", text) is not None
