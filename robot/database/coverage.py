"""What the proof of one scope proves of another.

A scope is a text, as `sync_windows` has it: empty = all; else one thing, or several that are
separated by commas.
"""

from __future__ import annotations

from collections.abc import Collection

_SHORTENED = "…"  # a list that was too long for its column


def covered(scope: str, proven: Collection[str]) -> bool:
    """Whether a day that is proven for each of `proven` is proven for this scope, too.

    A day that was read for all counts for each part; 5 and 6 apart count for `5,6`.
    """
    if scope in proven or "" in proven:
        return True
    wanted = parts(scope)
    return bool(wanted) and wanted <= {part for each in proven for part in parts(each)}


def parts(scope: str) -> set[str]:
    """The parts of which it is made; none of all, and none of a list that was shortened."""
    return set() if not scope or _SHORTENED in scope else set(scope.split(","))
