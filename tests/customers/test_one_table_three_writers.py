"""The same table, written as CSV and as XLSX by two writers, gives the same customers in the
database.
"""

from __future__ import annotations

import csv
import threading
from pathlib import Path

import openpyxl
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from servers import Database

from robot.cells.tables import CLIENTS
from robot.customers.importing import import_clients

HEADERS = [
    "Código",
    "Nome do Devedor",
    "CPF/CNPJ",
    "Telefone 1",
    "Telefone 2",
    "Saldo Devedor",
    "Situação",
    "Obs",
    "Vendedor",
]
CPFS = [
    "52998224725",
    "529.982.247-25",
    "1234567890",
    "11.222.333/0001-81",
    "52998224724",
    "12ABC34501DE35",
]
PHONES = [
    "11999990001",
    "(11) 99999-0001",
    "1133334444",
    "99999",
    "11999990002 / 1133334444",
    "+55 21 98888-7777",
]

_LETTERS = st.characters(
    categories=["Lu", "Ll", "Nd", "Zs", "Cf"],
    include_characters="-.,&'\u0301\n",
    exclude_characters="\x1c\x1d\x1e\x1f\x85",
)
# no formula, no word for nothing
_TEXTS = st.text(_LETTERS, max_size=12).map(lambda text: f"x{text}x")
_KEYS = st.one_of(
    st.integers(1, 99),
    st.integers(10**13, 10**15 - 1),
    st.sampled_from(["007", "A-1", "\u200b5", "\xa06"]),
)
_AMOUNTS = st.one_of(
    st.integers(0, 10**6),
    st.integers(0, 10**7).map(lambda cents: cents / 100),
    st.sampled_from(["1.150,00"]),
)
_LINES = st.tuples(
    *(_KEYS, _TEXTS, st.one_of(st.none(), st.sampled_from(CPFS))),
    *(
        st.one_of(st.none(), st.sampled_from(PHONES)),
        st.one_of(st.none(), st.integers(11960000000, 11999999999)),
    ),
    *(st.one_of(st.none(), _AMOUNTS), st.one_of(st.none(), _TEXTS), st.one_of(st.none(), _TEXTS)),
    st.one_of(st.none(), _TEXTS, st.integers(0, 99)),
)
TABLES = st.lists(_LINES, min_size=1, max_size=8)


def with_csv(path: Path, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADERS, *rows])
    return path


def with_openpyxl(path: Path, rows: list[tuple[object, ...]]) -> Path:
    book = openpyxl.Workbook()
    for row in [HEADERS, *rows]:
        book.active.append(list(row))
    book.save(path)
    return path


def with_xlsxwriter(path: Path, rows: list[tuple[object, ...]]) -> Path:
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet("Carteira")
        for number, row in enumerate([HEADERS, *rows]):
            sheet.write_row(number, 0, ["" if cell is None else cell for cell in row])
    return path


def customers(path: Path, folder: Path) -> tuple[list[tuple[object, ...]], list[str]]:
    """What the database holds after the import of a file alone: the rows, and the reasons of the
    rejections.
    """
    database = Database.of_file(folder / f"{path.stem}-{path.suffix[1:]}.db")
    repository = database.repository()
    try:
        result = import_clients(path, repository, database.clock, threading.Event())
    finally:
        repository.close()
    rows = database.query(
        f"SELECT {', '.join(CLIENTS.row_names)} FROM clients ORDER BY external_id"
    )
    return rows, sorted(result.tally.reasons.elements())


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TABLES)
@example(
    [
        (1, "xAnax", None, None, None, 10.5, None, "x1\n2x", None),
        ("\u200b1", "xAnax", None, None, None, 10.5, None, "x1\n2x", None),
    ]
)
def test_the_same_table_gives_the_same_customers_whoever_wrote_it(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("table")
    first = customers(with_csv(folder / "one.csv", rows), folder)
    assert customers(with_openpyxl(folder / "two.xlsx", rows), folder) == first
    assert customers(with_xlsxwriter(folder / "three.xlsx", rows), folder) == first
