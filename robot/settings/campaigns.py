"""Campaign ids as an operator writes them, in `.env` and on the command line alike."""

from __future__ import annotations

import re

HIGHEST_ID = 2**31 - 1  # what the column campaign_id holds


def parse_campaigns(text: str) -> tuple[int, ...]:
    """`5,6` or `5;6` → the ids in order, each once; blank = none, which means all of them.

    Raises ValueError.
    """
    parts = [part.strip() for part in re.split("[,;]", text)] if text.strip() else []
    ids = [part for part in parts if part]
    for part in ids:
        if not re.fullmatch("[0-9]{1,10}", part) or not 1 <= int(part) <= HIGHEST_ID:
            raise ValueError(f"{part!r} is no campaign's id")
    if parts and not ids:
        raise ValueError("signs without an id")
    return tuple(sorted({int(part) for part in ids}))
