"""The value of a cell, from its type, its style, its formula and the text that the file holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from xml.etree import ElementTree

from robot.customers.files.cells import Mark, Reason, Value
from robot.customers.files.formats import Format, format_of, is_rounded, iso_moment, number
from robot.customers.files.words import read_texts

Read = Callable[[str], Value | Mark]


class Values:
    """Reads cells of one workbook. `texts`: the shared ones. `formats`: of each style that is not
    plain, by its number.

    `stale`: the values of formulas were written by a program that does not calculate, for Excel to
    replace: a 0 or an empty text is then no value.
    """

    def __init__(
        self, texts: Sequence[Value | Mark], formats: dict[str, Format], *, stale: bool
    ) -> None:
        self._texts = texts
        self._formats = formats
        self._stale = stale

    def reader(self, kind: str, style: str) -> Read:
        """How to read the text of a filled cell without formula."""
        if kind == "s":
            return self._shared
        if kind in {"str", "inlineStr"}:
            return _text
        if kind == "b":
            return _boolean
        if kind == "e":
            return _error
        if kind == "d":
            return _guarded(iso_moment)
        if kind != "n":
            return lambda text: Mark(Reason.DAMAGED, None, text)
        return _guarded(self._formats.get(style, number))

    def column(self, kind: str, style: str, texts: Sequence[str]) -> list[Value | Mark]:
        """What many cells of one type and style hold, without formulas."""
        if kind == "s":
            known = self._texts
            with suppress(ValueError, IndexError):
                if "" not in texts:
                    return list(map(known.__getitem__, map(int, texts)))
                return [known[int(text)] if text else None for text in texts]
        elif kind == "n" and style not in self._formats:
            with suppress(ValueError, OverflowError):
                numbers = [
                    int(text) if text.isdigit() else number(text) if text else 0 for text in texts
                ]
                if not is_rounded(max(numbers)) and not is_rounded(min(numbers)):
                    return [
                        value if text else None for value, text in zip(numbers, texts, strict=True)
                    ]
        elif kind in {"str", "inlineStr"}:
            return [*read_texts(texts)]
        read = self.reader(kind, style)
        return [read(text) if text else None for text in texts]

    def read(self, kind: str, style: str, formula: str | None, value: str | None) -> Value | Mark:
        """What a cell holds."""
        if formula is not None:
            return self._formula(kind, style, formula, value)
        return self.reader(kind, style)(value) if value else None

    def _formula(self, kind: str, style: str, formula: str, value: str | None) -> Value | Mark:
        if not value and (kind != "str" or self._stale):  # a text may be empty: =IF(A1="","",A1)
            return Mark(Reason.FORMULA, None, f"={formula}")
        if self._stale and kind == "n" and value in {"0", "0.0"}:
            return Mark(Reason.FORMULA, None, f"={formula}")
        return self.reader(kind, style)(value) if value else None

    def _shared(self, text: str) -> Value | Mark:
        try:
            return self._texts[int(text)]
        except (ValueError, IndexError):
            return Mark(Reason.DAMAGED, None, text)


def formats_of(styles: ElementTree.Element | None, *, since_1904: bool) -> dict[str, Format]:
    """The styles, by their number in the file, whose numbers are more than plain ones."""
    if styles is None:
        return {}
    texts = {
        e.get("numFmtId", ""): e.get("formatCode", "")
        for e in styles.iter()
        if _local(e) == "numFmt"
    }
    cell_styles = next((e for e in styles if _local(e) == "cellXfs"), ())
    found: dict[str, Format] = {}
    for n, style in enumerate(cell_styles):
        code = style.get("numFmtId", "0")
        shown = format_of(
            int(code) if code.isdigit() else 0, texts.get(code, ""), since_1904=since_1904
        )
        if shown is not None:
            found[str(n)] = shown
    return found


def _local(element: ElementTree.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _text(text: str) -> Value | Mark:
    return read_texts([text])[0]


def _boolean(text: str) -> Value | Mark:
    return {"1": True, "0": False, "true": True, "false": False}.get(
        text.strip(), Mark(Reason.DAMAGED, None, text)
    )


def _error(text: str) -> Value | Mark:
    return Mark(Reason.ERROR, None, text)


def _guarded(read: Callable[[str], Value]) -> Read:
    def guarded(text: str) -> Value | Mark:
        try:
            value = read(text)
        except (ValueError, OverflowError):
            return Mark(Reason.DAMAGED, None, text)
        if is_rounded(value):
            return Mark(Reason.ROUNDED, value, text)  # type: ignore[arg-type]
        return value

    return guarded
