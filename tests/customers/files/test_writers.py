"""Any table, written by three programs, comes back as the same cells."""

import csv
import io
from datetime import date, datetime

import openpyxl
import xlsxwriter
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from robot.customers.files import Doubtful, Unreadable, open_table

# what a person writes: no control characters, no blanks at the ends, and not one of the words for
# nothing
TEXTS = (
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufffd"),
        min_size=1,
        max_size=30,
    )
    .map(str.strip)
    .filter(lambda text: text and text[0] not in "=#'[<\\(-+_–—−|" and "â€" not in text)
    .filter(
        lambda text: (
            text.casefold() not in {"null", "none", "undefined", "n/a", "n/d", "na", "nan", "nat"}
        )
    )
)
WORDS = st.sampled_from(
    [
        "João",
        "Ação & Cia",
        "D'Ávila",
        "00123",
        "x<y>",
        'o "Zé"',
        "a;b,c\td|e",
        "_x0041_",
        "Łukasz €",
        "😀",
    ]
)
NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(-1e9, 1e9).map(
    lambda number: round(number, 4)
)
DATES = st.dates(date(1900, 3, 1), date(2200, 1, 1)) | st.datetimes(
    datetime(1900, 3, 1), datetime(2200, 1, 1)
).map(lambda moment: moment.replace(microsecond=0, hour=moment.hour or 1))
CELLS = st.none() | TEXTS | WORDS | NUMBERS | DATES | st.booleans()
TABLES = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12)
)
OFTEN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(path):
    return [list(row.cells) for row in open_table(path).rows()]


def without_tail(line):
    while line and line[-1] is None:
        line = line[:-1]
    return list(line)


def expected(table):
    return [line for line in map(without_tail, table) if line]


def headed(table):
    return [[f"h{n}" for n in range(len(table[0]))], *table]


def plausible(cell):
    """A text that looks like UTF-8 read as cp1252, or like a rounded number, comes back as such,
    with its value.
    """
    return cell.value if isinstance(cell, Doubtful) else cell


def same(found, table):
    assert not any(isinstance(cell, Unreadable) for line in found for cell in line)
    found = [[plausible(cell) for cell in line] for line in found]
    assert found == expected(table)
    assert [[type(cell) is bool for cell in line] for line in found] == [
        [type(cell) is bool for cell in line] for line in expected(table)
    ]


@OFTEN
@given(TABLES)
def test_openpyxl(tmp_path, table):
    # written as it is: Excel would show A
    assume(not any("_x0041_" in str(cell) for line in table for cell in line))
    book = openpyxl.Workbook()
    for line in headed(table):
        book.active.append(line)
    book.save(tmp_path / "c.xlsx")
    same(read(tmp_path / "c.xlsx"), table)


@OFTEN
@given(TABLES, st.booleans())
@example([["_x0041_", "a_x000D_b"], [None, 0], [None, None], [1.5, -0.25]], True)
def test_xlsxwriter(tmp_path, table, constant_memory):
    options = {
        "constant_memory": constant_memory,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(tmp_path / "c.xlsx", options) as book:
        sheet = book.add_worksheet()
        day, moment = (
            book.add_format({"num_format": code}) for code in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss")
        )
        for r, line in enumerate(headed(table)):
            for c, cell in enumerate(line):
                if isinstance(cell, datetime | date):
                    sheet.write_datetime(r, c, cell, moment if isinstance(cell, datetime) else day)
                elif cell is not None:
                    sheet.write(r, c, cell)
    same(read(tmp_path / "c.xlsx"), table)


@OFTEN
@given(
    TABLES,
    st.sampled_from([";", ",", "\t", "|"]),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_the_csv_module(tmp_path, table, separator, end, encoding, quoting):
    content = io.StringIO()
    lines = [[None if cell is None else str(cell) for cell in line] for line in table]
    csv.writer(content, delimiter=separator, lineterminator=end, quoting=quoting).writerows(
        # the last column keeps the separator in every line
        [[*line, "x"] for line in headed(lines)]
    )
    (tmp_path / "c.csv").write_bytes(content.getvalue().encode(encoding))
    same(read(tmp_path / "c.csv"), [[*line, "x"] for line in lines])
