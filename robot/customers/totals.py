"""A line that is no client's but sums up others, as reports write it below them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from robot.customers.headers import Layout
from robot.customers.row_cells import plain

_WORD = re.compile(
    r"(?:sub[ -]?|grand )?tota(?:l|is)(?: gera(?:l|is))?(?: d(?:e|as?|os?) \w+)?\s*:?|soma\s*:?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:R\$\s*)?-?[0-9][0-9.,\s]*")
_OF_PEOPLE = {"phones", "cpf", "email"}


def is_total(of: Layout, cells: Sequence[object]) -> bool:
    """Whether a line holds the word and beside it numbers alone, and nothing that a client has.

    The word stands for the key, or there is no key.
    """
    texts = [plain(cell) for cell in cells]
    words = [text for text in texts if text and not _NUMBER.fullmatch(text)]
    if len(words) != 1 or not _WORD.fullmatch(words[0]):
        return False
    found = {column: text for column, text in zip(of.columns, texts, strict=False) if text}
    return found.get("external_id", words[0]) == words[0] and _OF_PEOPLE.isdisjoint(found)
