"""Text in columns that never wraps: for consoles of 80 characters and more, and never wider than
120.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

WIDEST = 120
_ROOMY = 100


@dataclass(frozen=True)
class Column:
    """A column's title.

    A number stands to the right; one that is `spare` is left out of a narrow console.
    """

    title: str
    number: bool = False
    spare: bool = False


@dataclass(frozen=True)
class Row:
    """A row's cells, and a note that stands below it."""

    cells: Sequence[str]
    note: str = ""


def width_of(console: Console) -> int:
    """How wide a line may be."""
    return min(console.width, WIDEST)


def print_table(
    console: Console, title: str, columns: Sequence[Column], rows: Sequence[Row]
) -> None:
    """Print a title, the columns' names and the rows, each cut to the console's width; of a note
    the first line.
    """
    width = width_of(console)
    roomy = width >= _ROOMY
    shown = [place for place, column in enumerate(columns) if roomy or not column.spare]
    gap = "  " if roomy else " "
    wide = {
        place: max(
            len(text) for text in (columns[place].title, *(row.cells[place] for row in rows))
        )
        for place in shown
    }

    def line(cells: Sequence[str]) -> str:
        padded = (
            cells[place].rjust(wide[place])
            if columns[place].number
            else cells[place].ljust(wide[place])
            for place in shown
        )
        return shortened(gap.join(padded).rstrip(), width)

    say(console, title, style="italic")
    say(console, line([column.title for column in columns]), style="bold")
    for row in rows:
        say(console, line(row.cells))
        indent = " " * (wide[shown[0]] + len(gap))
        for text in folded(row.note.partition("\n")[0], width, first=indent, then=indent):
            say(console, text, style="red")


def say(console: Console, text: str, *, style: str = "") -> None:
    """Print one line as it is: neither markup nor wrapping."""
    console.print(Text(text, style=style), soft_wrap=True)


def shortened(line: str, width: int) -> str:
    """A line, cut to `width`."""
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def folded(text: str, width: int, *, first: str = "", then: str = "  ") -> list[str]:
    """A text in lines of `width` at most, broken at blanks; the first begins with `first`, the
    others with `then`.
    """
    return textwrap.wrap(
        *(text, width),
        initial_indent=first,
        subsequent_indent=then,
        break_on_hyphens=False,
        replace_whitespace=False,
        drop_whitespace=True,
    )
