"""One form for what people write: keys and names as they are stored, and words as they are
compared.

A zero-width space, a soft hyphen or a full-width letter makes two texts that nobody can tell apart.
Everything that is a key, a name or a word to compare goes through here first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

# Invisible without being format characters (Unicode's Default_Ignorable_Code_Point), and the blank
# Braille pattern.
_UNSEEN = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_LINES = "\t\n\r"
_NO_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}


def canonical(text: str) -> str:
    """The text in NFKC, without characters that nobody sees, trimmed.

    Doing it twice changes nothing.
    """
    if is_canonical(text):
        return text.strip()
    while (seen := _seen(unicodedata.normalize("NFKC", _seen(text)))) != text:
        text = seen
    return text


def is_canonical(text: str) -> bool:
    """Whether a text needs no more than to be trimmed.

    Then so does each part of it: https://www.unicode.org/reports/tr15/#Concatenation
    """
    if not text.isprintable():
        return False
    return text.isascii() or (
        unicodedata.is_normalized("NFKC", text) and not _INVISIBLE.search(text)
    )


def _seen(text: str) -> str:
    kept = (
        sign
        for sign in _INVISIBLE.sub("", text)
        if sign in _LINES or unicodedata.category(sign) not in {"Cf", "Cc"}
    )
    return "".join(kept).strip()


def compared(text: str) -> str:
    """The form in which two words are one: canonical, without case, each run of blanks one
    blank.
    """
    return " ".join(canonical(canonical(text).casefold()).split())


def guarded(text: str) -> str:
    """The form in which a word that protects somebody is compared: letters and digits alone,
    without accents.

    `NAO LIGAR.` is `não ligar`: to block one customer too many is better than one too few.
    """
    if text.isascii():
        return text.lower().translate(_NO_SIGNS) or compared(text)
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", compared(text)) if sign.isalnum()
    )
    return plain or compared(text)


def listed(text: str) -> tuple[str, ...]:
    """The words of a list that a person wrote, separated by commas, semicolons or line breaks."""
    return tuple(filter(None, map(canonical, re.split(r"[,;\n]", text))))


def protects(words: Iterable[str]) -> Callable[[str], bool]:
    """Whether a status is one of these words, in any writing."""
    forms = frozenset(map(guarded, words))

    def says(status: str) -> bool:
        return bool(status) and guarded(status) in forms

    return says
