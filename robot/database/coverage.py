"""What one reading proves for another's campaigns.

Campaigns are texts here, as `sync_windows` has them: empty = all.
"""

from __future__ import annotations

from collections.abc import Collection


def covered(campaigns: str, proven: Collection[str]) -> bool:
    """Whether a day that is proven for each of `proven` is proven for these campaigns, too.

    A day that was read for all campaigns counts for each; 5 and 6 apart count for `5,6`.
    """
    if campaigns in proven or "" in proven:
        return True
    wanted = ids(campaigns)
    return bool(wanted) and wanted <= {number for each in proven for number in ids(each)}


def ids(campaigns: str) -> set[int]:
    """The ids that the text names.

    None of all campaigns, and none of a list that was too long for its column.
    """
    parts = campaigns.split(",")
    return {int(part) for part in parts} if all(part.isdecimal() for part in parts) else set()
