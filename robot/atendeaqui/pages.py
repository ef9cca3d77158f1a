"""Lists of AtendeAqui from the first page to the last.

`next` tells whether more follows; where a list has none, it ends with the first page that brings
nothing new. Its address is never followed: it might lead elsewhere, and the token with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from robot.atendeaqui.connection import invalid, records
from robot.atendeaqui.exceptions import NotFoundError
from robot.http import Answer


def walk(
    ask: Callable[[int], Answer], identity: Callable[[dict[str, Any]], str]
) -> Iterator[dict[str, Any]]:
    """Every record, each identity once, a page at a time.

    Raises what `ask` raises, and ServerError for pages that repeat without an end.
    """
    seen: set[str] = set()
    for number in itertools.count(1):
        try:
            answer = ask(number)
        except NotFoundError as error:
            if number > 1 and error.code == "NOT_FOUND":  # how Django says that there is no page
                return
            raise
        known = len(seen)
        for each in records(answer):
            key = identity(each)
            if key not in seen:
                seen.add(key)
                yield each
        more = _more(answer)
        if more is False or (more is None and len(seen) == known):
            return
        if len(seen) == known:
            raise invalid(answer, f"(page {number}) says that more follows, and brings nothing new")


def _more(answer: Answer) -> bool | None:
    """Whether a page says that another follows; None = it says nothing."""
    if isinstance(answer.body, dict) and "next" in answer.body:
        return bool(answer.body["next"])
    return None
