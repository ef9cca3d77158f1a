"""Workbooks: which sheet is read, and what its cells hold."""

from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
import xlsxwriter
from customers.files.books import HEADERS, MAIN, one_sheet, sheet_xml, text_cell, write_book

from robot.customers.files import (
    Doubtful,
    Reason,
    Unreadable,
    UnreadableFile,
    Visibility,
    open_table,
)


def rows(path, **how):
    return [row.cells for row in open_table(path, **how).rows()]


def row_of(path, cells, **more):
    return rows(one_sheet(path, f'<row r="2">{cells}</row>', **more))[0]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "c.xlsx"


def test_values_have_the_types_that_the_sheet_gives_them(path):
    cells = (
        '<c r="A2"><v>7</v></c><c r="B2"><v>1150.5</v></c><c r="C2" t="b"><v>1</v></c><c r="D2"'
        ' s="1"><v>44927</v></c>'
        '<c r="E2" s="2"><v>44927.5</v></c><c r="F2" t="str"><v>x &amp; y</v></c><c r="G2"/><c'
        ' r="H2"><v>-3</v></c>'
        '<c r="I2" s="7"><v>0.75</v></c><c r="J2" s="8"><v>1.5</v></c><c r="K2"'
        ' t="d"><v>2026-01-31</v></c>'
        '<c r="L2" t="d"><v>2026-01-31T10:30:00Z</v></c><c r="M2"><v>2.0</v></c><c r="N2"'
        ' s="6"><v>1E3</v></c>'
    )
    assert row_of(path, cells) == (
        *(
            7,
            1150.5,
            True,
            date(2023, 1, 1),
            datetime(2023, 1, 1, 12),
            "x & y",
            None,
            -3,
            time(18),
            timedelta(hours=36),
        ),
        *(date(2026, 1, 31), datetime(2026, 1, 31, 10, 30), 2, 1000),
    )
    assert [type(cell) for cell in row_of(path, cells)][:3] == [int, float, bool]


def test_dates_may_count_from_1904(path):
    cells = '<c r="A2" s="1"><v>1</v></c>'
    assert row_of(path, cells, dates='<workbookPr date1904="1"/>') == (date(1904, 1, 2),)
    assert row_of(path, cells) == (date(1900, 1, 1),)


@pytest.mark.parametrize(
    ("style", "number", "shown"),
    [
        (3, "1234567890", "012.345.678-90"),
        (4, "123", "00123"),
        (4, "1234567", "1234567"),
        (9, "5", 5),
        (4, "1.5", 1.5),
        (4, "-5", -5),
    ],
)
def test_zeros_that_a_format_shows_in_front_belong_to_the_value(path, style, number, shown):
    assert row_of(path, f'<c r="A2" s="{style}"><v>{number}</v></c>') == (shown,)


@pytest.mark.parametrize(
    "number", ["1234567890123456", "1.2345678901234567E+19", "-1000000000000000"]
)
def test_a_number_of_more_than_15_digits_is_doubtful(path, number):
    (cell,) = row_of(path, f'<c r="A2"><v>{number}</v></c>')
    assert isinstance(cell, Doubtful)
    assert (cell.reason, cell.address) == (Reason.ROUNDED, "Carteira!A2")


def test_a_number_of_15_digits_is_none(path):
    assert row_of(path, '<c r="A2"><v>999999999999999</v></c>') == (999999999999999,)


@pytest.mark.parametrize(
    "cell",
    [
        "<f>10*115</f><v/>",
        "<f>10*115</f><v></v>",
        "<f>10*115</f>",
        '<f t="shared" ref="B2:B3" si="0">10*115</f>',
        '<f t="array" ref="B2">10*115</f><v />',
    ],
)
def test_a_formula_without_a_stored_value_is_not_nothing(path, cell):
    found = row_of(path, f'{text_cell("A2", "1")}<c r="B2">{cell}</c>{text_cell("C2", "x")}')
    assert found == ("1", Unreadable(Reason.FORMULA, "Carteira!B2", "=10*115"), "x")


def test_a_shared_formula_without_a_stored_value_is_not_nothing(path):
    found = row_of(path, f'{text_cell("A2", "1")}<c r="B2"><f t="shared" si="0"/></c>')
    assert found == ("1", Unreadable(Reason.FORMULA, "Carteira!B2", "="))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<c r='B2'><f>A1</f><v>1150</v></c>", 1150),
        ('<c r="B2"><f>A1</f><v>1150</v></c>', 1150),
        ('<c r="B2" t="str"><f>A1&amp;"x"</f><v>Ana</v></c>', "Ana"),
        ('<c r="B2" t="str"><f>IF(A1="","",A1)</f><v></v></c>', None),
        ('<c r="B2"><f>0+0</f><v>0</v></c>', 0),
        ('<c r="B2" t="b"><f>A1=A1</f><v>1</v></c>', True),
        ('<c r="B2" s="1"><f>TODAY()</f><v>44927</v></c>', date(2023, 1, 1)),
    ],
)
def test_the_stored_value_of_a_formula_is_read(path, cell, value):
    assert row_of(path, f"{text_cell('A2', '1')}{cell}{text_cell('C2', 'x')}") == ("1", value, "x")


def test_the_0_that_xlsxwriter_stores_for_a_formula_is_no_value(path):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Carteira")
        sheet.write_row(0, 0, ["id", "valor"])
        sheet.write_row(1, 0, ["1"])
        sheet.write_formula(1, 1, "=10*115")
        sheet.write_row(2, 0, ["2"])
        sheet.write_formula(2, 1, "=10*115", None, 1150)
    assert rows(path) == [("1", Unreadable(Reason.FORMULA, "Carteira!B2", "=10*115")), ("2", 1150)]


def test_the_formulas_that_openpyxl_writes_are_told(path):
    book = openpyxl.Workbook()
    for line in (["id", "nome"], ["1", '="A"&"na"'], ["2", "Bia"]):
        book.active.append(line)
    book.save(path)
    assert rows(path) == [("1", Unreadable(Reason.FORMULA, "Sheet!B2", '="A"&"na"')), ("2", "Bia")]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#SPILL!"])
def test_an_error_value_is_not_nothing(path, error):
    cells = f'{text_cell("A2", "1")}<c r="B2" t="e"><f>A9</f><v>{error}</v></c>'
    assert row_of(path, cells) == ("1", Unreadable(Reason.ERROR, "Carteira!B2", error))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("n", "abc"),
        ("s", "99"),
        ("b", "7"),
        ("d", "ontem"),
        ("z", "1"),
        ("n", "nan"),
        ("n", "1e999"),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_told(path, kind, value):
    cells = f'{text_cell("A2", "1")}<c r="B2" t="{kind}"><v>{value}</v></c>'
    assert row_of(path, cells) == ("1", Unreadable(Reason.DAMAGED, "Carteira!B2", value))


def test_cells_that_a_merged_range_covers_are_told(path):
    xml = (
        f'<row r="2">{text_cell("A2", "1")}{text_cell("B2", "Ana")}{text_cell("C2", "11")}</row>'
        f'<row r="3">{text_cell("A3", "2")}<c r="B3"/>{text_cell("C3", "12")}</row>'
        f'<row r="4">{text_cell("A4", "3")}</row><row r="5"><c r="B5"/></row>'
    )
    merged = '<mergeCells count="1"><mergeCell ref="B2:B5"/></mergeCells>'
    assert rows(one_sheet(path, xml, tail=merged)) == [
        ("1", "Ana", "11"),
        ("2", Unreadable(Reason.MERGED, "Carteira!B3"), "12"),
        ("3", Unreadable(Reason.MERGED, "Carteira!B4")),
    ]


def test_a_merged_range_as_large_as_the_sheet_costs_nothing(path):
    merged = '<mergeCells count="1"><mergeCell ref="C6:XFD1048576"/></mergeCells>'
    table = open_table(one_sheet(path, f'<row r="2">{text_cell("A2", "1")}</row>', tail=merged))
    assert [row.cells for row in table.rows()] == [("1",)]


def test_a_merged_range_that_is_none_refuses_the_file(path):
    with pytest.raises(UnreadableFile, match="merges cells that have no such name"):
        open_table(
            one_sheet(path, "", tail='<mergeCells count="1"><mergeCell ref="tudo"/></mergeCells>')
        )


def test_columns_hidden_beside_the_data_are_not_told(path):
    hidden = '<cols><col min="4" max="16384" hidden="1"/></cols>'
    assert (
        open_table(one_sheet(path, f'<row r="2">{text_cell("A2", "1")}</row>', head=hidden)).notes
        == ()
    )


def test_headers_in_merged_cells_are_read(path):
    merged = '<mergeCells count="1"><mergeCell ref="B1:D1"/></mergeCells>'
    table = open_table(one_sheet(path, f'<row r="2">{text_cell("A2", "1")}</row>', tail=merged))
    assert table.headers == ("id", "nome", "", "")


def test_texts_are_read_whole(path):
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>Ana</t></si><si><r><t>Jo</t></r>'
        '<r><rPr><b/></rPr><t>ão</t></r><rPh sb="0" eb="1">'
        '<t>JOAO</t></rPh></si><si><t xml:space="preserve"> a &amp;\n b'
        " </t></si><si/><si><t>x_x0041_y</t></si>"
        "<si><t>&#233;</t></si><si><t/></si><si><t>NULL</t></si><si><t>="
        '"007"</t></si></sst>'
    )
    cells = "".join(f'<c r="{chr(65 + n)}2" t="s"><v>{n}</v></c>' for n in range(9))
    expected = ("Ana", "João", "a &\n b", None, "xAy", "é", None, None, "007")
    assert row_of(path, cells, strings=strings) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_xml_may_have_another_encoding(path, encoding):
    xml = sheet_xml(HEADERS + f'<row r="2">{text_cell("A2", "João")}</row>')
    name = encoding.removesuffix("-sig")
    content = f'<?xml version="1.0" encoding="{name}"?>{xml}'.encode(encoding)
    write_book(path, ("Carteira", ""), parts={"xl/worksheets/sheet1.xml": content})
    assert rows(path) == [("João",)]


def test_the_elements_may_have_a_prefix_and_blanks_between_them(path):
    plain = sheet_xml(HEADERS + f'<row r="2">{text_cell("A2", "1")}<c r="B2"><v>5</v></c></row>')
    prefixed = (
        plain.replace("</", "</x:")
        .replace("<", "<x:")
        .replace("<x:/x:", "</x:")
        .replace("xmlns=", "xmlns:x=")
    )
    for xml in (prefixed, plain.replace("><", ">\n  <")):
        assert rows(write_book(path, ("Carteira", xml))) == [("1", 5)]


ROWS = {
    n: f'<row r="{n}">{text_cell(f"A{n}", n)}{text_cell(f"B{n}", f"Nome {n}")}</row>'
    for n in range(2, 6)
}


@pytest.mark.parametrize("order", [(2, 3, 4, 5), (4, 3, 2, 5), (5, 4, 3, 2)])
def test_rows_in_any_order_are_read_whole_by_their_numbers(path, order):
    table = open_table(one_sheet(path, "".join(ROWS[n] for n in order)))
    assert [(row.number, *row.cells) for row in table.rows()] == [
        (n, str(n), f"Nome {n}") for n in range(2, 6)
    ]
    assert bool(table.notes) is (order != (2, 3, 4, 5))


def test_rows_and_cells_without_names_stand_in_order(path):
    first = f"{text_cell('A2', '1')}{text_cell('B2', 'Ana')}"
    xml = f"<row>{first}</row><row>{text_cell('A3', '2')}</row>"
    nameless = xml.replace(' r="A2"', "").replace(' r="B2"', "").replace(' r="A3"', "")
    found = [(row.number, row.cells) for row in open_table(one_sheet(path, nameless)).rows()]
    assert found == [(2, ("1", "Ana")), (3, ("2",))]


def test_cells_in_another_order_are_read_by_their_names(path):
    assert row_of(path, text_cell("C2", "c") + text_cell("A2", "a")) == ("a", None, "c")


@pytest.mark.parametrize(
    "xml",
    [
        ROWS[3] + ROWS[3],
        ROWS[3] + ROWS[2] + ROWS[3],
        f'<row r="2">{text_cell("A2", "a")}{text_cell("A2", "b")}</row>',
        f'<row r="2">{text_cell("A3", "a")}</row>',
        f'<row r="2">{text_cell("ZZZ2", "a")}</row>',
        f'<row r="0">{text_cell("A0", "a")}</row>',
        f'<row r="1048577">{text_cell("A1048577", "a")}</row>',
        f'<row r="x">{text_cell("A2", "a")}</row>',
    ],
)
def test_places_that_contradict_each_other_refuse_the_file(path, xml):
    with pytest.raises(UnreadableFile, match="damaged"):
        open_table(one_sheet(path, xml))


def test_rows_that_only_expat_reads_stand_among_the_others(path):
    odd = (
        '<row r="3"><c t="inlineStr" r="A3"><is><r><t>do</t></r><r><t>is</t></r></is></c><c'
        ' r="C3"><v>3</v></c></row>'
    )
    wide = f'<row r="5">{text_cell("A5", "cinco")}<c r="AB5"><v>28</v></c></row>'
    found = rows(one_sheet(path, ROWS[2] + odd + ROWS[4] + wide))
    assert found == [
        ("2", "Nome 2"),
        ("dois", None, 3),
        ("4", "Nome 4"),
        ("cinco", *[None] * 26, 28),
    ]


def test_a_row_of_other_columns_than_the_headers_is_read_whole(path):
    assert row_of(path, text_cell("A2", "1") + text_cell("D2", "x")) == ("1", None, None, "x")
    assert row_of(path, text_cell("B2", "Ana")) == (None, "Ana")


# ── which sheet ──

ANA, BIA = (
    sheet_xml(HEADERS + f'<row r="2">{text_cell("A2", name)}</row>') for name in ("Ana", "Bia")
)
EMPTY = sheet_xml('<row r="1"><c r="A1" s="1"/></row>')


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_not_read_unless_it_is_named(path, state):
    write_book(path, ("Mes passado", ANA), ("Carteira", BIA), states=[state])
    table = open_table(path)
    assert (table.sheet, rows(path)) == ("Carteira", [("Bia",)])
    hidden = {"hidden": Visibility.HIDDEN, "veryHidden": Visibility.VERY_HIDDEN}[state]
    assert [
        (sheet.name, sheet.visibility, sheet.lines, sheet.chosen) for sheet in table.sheets
    ] == [
        ("Mes passado", hidden, 2, False),
        ("Carteira", Visibility.VISIBLE, 2, True),
    ]
    assert table.notes == (f"the sheet Mes passado ({hidden.value}, 2 line(s)) was not read",)
    assert rows(path, sheet="Mes passado") == [("Ana",)]
    assert (
        open_table(path, sheet="Mes passado").notes[0] == f"the sheet Mes passado is {hidden.value}"
    )


def test_several_filled_visible_sheets_need_a_choice(path):
    write_book(path, ("SP", ANA), ("RJ", BIA), ("Capa", EMPTY))
    with pytest.raises(UnreadableFile, match="2 sheets that hold something") as refused:
        open_table(path)
    assert refused.value.problems == ("SP (visible, 2 line(s))", "RJ (visible, 2 line(s))")
    assert refused.value.exit_code == 2
    assert rows(path, sheet="RJ") == [("Bia",)]
    assert rows(path, sheet=" rj ") == [("Bia",)]


def test_an_unknown_sheet_tells_the_names(path):
    write_book(path, ("SP", ANA), ("RJ", BIA))
    with pytest.raises(UnreadableFile, match="no sheet named MG") as refused:
        open_table(path, sheet="MG")
    assert [problem.split()[0] for problem in refused.value.problems] == ["SP", "RJ"]
    assert refused.value.hint == 'Name one of them: --sheet "SP"'


def test_of_several_sheets_the_one_with_the_most_lines_is_proposed(path):
    longer = sheet_xml(
        HEADERS + "".join(f'<row r="{n}">{text_cell(f"A{n}", "Bia")}</row>' for n in (2, 3))
    )
    write_book(path, ("Resumo", ANA), ("Base", longer))
    with pytest.raises(UnreadableFile) as refused:
        open_table(path)
    assert refused.value.hint == 'Name the one that is meant: --sheet "Base"'


def test_an_empty_first_sheet_is_passed_over(path):
    write_book(path, ("Capa", EMPTY), ("Dados", BIA))
    assert (open_table(path).sheet, rows(path)) == ("Dados", [("Bia",)])


def test_where_only_hidden_sheets_hold_something_they_are_named(path):
    write_book(path, ("Capa", EMPTY), ("Dados", BIA), states=["visible", "hidden"])
    with pytest.raises(UnreadableFile, match="only its hidden sheets") as refused:
        open_table(path)
    assert refused.value.problems == ("Dados (hidden, 2 line(s))",)


def test_a_workbook_with_nothing_in_it_is_empty(path):
    with pytest.raises(UnreadableFile, match="is empty"):
        open_table(write_book(path, ("Capa", EMPTY)))


def test_hidden_rows_and_columns_are_read_and_told(path):
    hidden = ROWS[3].replace('r="3"', 'r="3" hidden="1"', 1)
    table = open_table(
        one_sheet(path, ROWS[2] + hidden, head='<cols><col min="2" max="2" hidden="1"/></cols>')
    )
    assert [row.number for row in table.rows()] == [2, 3]
    assert table.notes == (
        "1 row(s) that Excel hides (a filter?) are read, too",
        "hidden columns are read, too: B",
    )


def test_a_sheet_whose_name_has_blanks_is_named_as_in_a_formula(path):
    write_book(path, ("Base d'água", ANA))
    assert open_table(path).address(7, 27) == "'Base d''água'!AB7"
