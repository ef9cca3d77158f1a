"""The tables of a family in a FROM clause: the parent is `p`, a child that is joined with it
`c`.
"""

from __future__ import annotations

from collections.abc import Callable

from robot.cells.rows import Family, RowTable
from robot.database.engine import Place


def source(
    family: Family, table: RowTable, compared: Callable[[Place, Place], str]
) -> tuple[str, str]:
    """What stands behind FROM, and the alias of the table. `compared` is that of the repository."""
    parent = family.parent
    if table is parent:
        return f"{parent.name} p", "p"
    same = (
        f"c.{own} = p.{key}{compared((table.name, own), (parent.name, key))}"
        for own, key in zip(table.owner_names, parent.key, strict=True)
    )
    return f"{parent.name} p INNER JOIN {table.name} c ON {' AND '.join(same)}", "c"
