"""An XLSX file: which of its sheets is read, and that sheet's rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from robot.customers.files.busy import Stamp, access, refuse_if_changed, stamp
from robot.customers.files.errors import UnreadableFile
from robot.customers.files.package import Package, SheetPart
from robot.customers.files.places import column_letters
from robot.customers.files.sheet import Facts, SheetReader
from robot.customers.files.strings import Text, shared_texts
from robot.customers.files.table import Row, Sheet, Visibility
from robot.customers.files.values import Values, formats_of

_VISIBILITY = {"hidden": Visibility.HIDDEN, "veryHidden": Visibility.VERY_HIDDEN}
_TOLD = 10


class WorkbookFile:
    """A workbook whose XML was read to its end, and of which one sheet is chosen.

    Raises UnreadableFile.
    """

    def __init__(self, path: Path, wanted: str | None) -> None:
        self._path = path
        with access(path):
            self._stamp: Stamp = stamp(path)
            package = Package(path)
            try:
                workbook = package.workbook()
                facts = [SheetReader(path, package, sheet).look() for sheet in workbook.sheets]
                chosen = _choose(path, workbook.sheets, facts, wanted)
                texts: list[Text] = []
                if workbook.strings:
                    texts = shared_texts(path, workbook.strings, package.chunks(workbook.strings))
                styles = package.tree(workbook.styles) if workbook.styles else None
            finally:
                package.close()
        formats = formats_of(styles, since_1904=workbook.since_1904)
        self._values = Values(texts, formats, stale=workbook.calculates_on_load)
        self._sheet, self._facts = workbook.sheets[chosen], facts[chosen]
        self.sheet = self._sheet.name
        self.sheets = tuple(
            Sheet(sheet.name, _visibility(sheet), fact.filled, n == chosen)
            for n, (sheet, fact) in enumerate(zip(workbook.sheets, facts, strict=True))
        )
        self.notes = tuple(_notes(self.sheets, self._facts))

    def rows(self) -> Iterator[Row]:
        """The rows of the chosen sheet, the headers first; blank ones and decoration left out."""
        with access(self._path):
            refuse_if_changed(self._path, self._stamp)
            package = Package(self._path)
            try:
                reader = SheetReader(self._path, package, self._sheet)
                yield from reader.rows(self._facts, self._values)
            finally:
                package.close()
            refuse_if_changed(self._path, self._stamp)


def _choose(
    path: Path, sheets: Sequence[SheetPart], facts: Sequence[Facts], wanted: str | None
) -> int:
    if wanted is not None:
        named = [n for n, sheet in enumerate(sheets) if _plain(sheet.name) == _plain(wanted)]
        exact = [n for n in named if sheets[n].name == wanted]
        if len(exact or named) == 1:
            return (exact or named)[0]
        names = _told(sheets, facts, range(len(sheets)))
        raise UnreadableFile(
            f"{path.name} has no sheet named {wanted}.",
            f"Name one of them: {_largest(sheets, facts, range(len(sheets)))}",
            names,
        )
    filled = [n for n, fact in enumerate(facts) if fact.filled]
    visible = [n for n in filled if sheets[n].state not in _VISIBILITY]
    if len(visible) == 1:
        return visible[0]
    if visible:
        raise UnreadableFile(
            f"{path.name} has {len(visible)} sheets that hold something, and only one is read.",
            f"Name the one that is meant: {_largest(sheets, facts, visible)}",
            _told(sheets, facts, visible),
        )
    if filled:
        raise UnreadableFile(
            f"{path.name}: only its hidden sheets hold something, and hidden sheets are not read.",
            f"If one of them is meant, name it: {_largest(sheets, facts, filled)}",
            _told(sheets, facts, filled),
        )
    raise UnreadableFile(f"{path.name} is empty.", "The first line must hold the headers.")


def _largest(sheets: Sequence[SheetPart], facts: Sequence[Facts], which: Sequence[int]) -> str:
    """The option that names the sheet with the most lines: most likely the list, and not its
    summary.
    """
    return f'--sheet "{sheets[max(which, key=lambda n: facts[n].filled)].name}"'


def _told(
    sheets: Sequence[SheetPart], facts: Sequence[Facts], which: Sequence[int]
) -> tuple[str, ...]:
    shown = (
        f"{sheets[n].name} ({_visibility(sheets[n]).value}, {facts[n].filled:,} line(s))"
        for n in which[:_TOLD]
    )
    return (*shown, *([f"and {len(which) - _TOLD} more"] if len(which) > _TOLD else []))


def _notes(sheets: Sequence[Sheet], facts: Facts) -> Iterator[str]:
    chosen = next(sheet for sheet in sheets if sheet.chosen)
    if chosen.visibility is not Visibility.VISIBLE:
        yield f"the sheet {chosen.name} is {chosen.visibility.value}"
    for sheet in sheets:
        if not sheet.chosen and sheet.lines:
            yield (
                f"the sheet {sheet.name} ({sheet.visibility.value}, {sheet.lines:,} line(s)) was"
                " not read"
            )
    if facts.hidden_rows:
        yield f"{facts.hidden_rows:,} row(s) that Excel hides (a filter?) are read, too"
    if facts.hidden_columns:
        yield (
            "hidden columns are read, too:"
            f" {', '.join(map(column_letters, facts.hidden_columns[:_TOLD]))}"
        )
    if not facts.in_order:
        yield "its rows stand in another order in the file: they are read by their numbers"


def _visibility(sheet: SheetPart) -> Visibility:
    return _VISIBILITY.get(sheet.state, Visibility.VISIBLE)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()
