"""CSV files, as Excel, databases and people write them."""

import pytest

from robot.customers.files import Doubtful, Reason, Unreadable, UnreadableFile, open_table

LINES = [["id", "nome", "valor"], ["1", "João; Ação", "1.150,00"], ["2", "Zé", "10"]]


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "c.csv"
    path.write_bytes(text.encode(encoding))
    return path


def cells(path, **how):
    table = open_table(path, **how)
    return [list(table.headers), *(list(row.cells) for row in table.rows())]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encoding_separator_and_line_end_are_found(tmp_path, encoding, separator, end):
    text = "".join(separator.join(f'"{cell}"' for cell in line) + end for line in LINES)
    assert cells(written(tmp_path, text, encoding)) == LINES


def test_excels_own_first_line_and_blank_lines_are_left_out(tmp_path):
    assert cells(written(tmp_path, "sep=|\n\nid|nome\n\n1|A;B,C\n | \n")) == [
        ["id", "nome"],
        ["1", "A;B,C"],
    ]


def test_what_is_read_is_told(tmp_path):
    table = open_table(written(tmp_path, "id\tnome\n1\tJoão\n", "cp1252"))
    assert (table.encoding, table.separator, table.sheet, table.sheets) == (
        "cp1252",
        "\t",
        None,
        (),
    )
    assert table.address(2, 1) == "line 2, column 2"


def test_the_rows_can_be_read_again(tmp_path):
    table = open_table(written(tmp_path, "id;nome\n1;Ana\n2;Bia\n"))
    assert list(table.rows()) == list(table.rows())


def test_a_csv_has_no_sheets(tmp_path):
    with pytest.raises(UnreadableFile, match="has no sheets"):
        open_table(written(tmp_path, "id;nome\n"), sheet="SP")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('="00123"', "00123"),
        ('"=""00123"""', "00123"),
        ('"=""Ana """"Bia"""""""', 'Ana "Bia"'),
        ("=00123", "00123"),
        ("'00124", "00124"),
        ("'", None),
        ('=""', None),
        ("  João \u00a0", "João"),
        ("D'Ávila", "D'Ávila"),
        ("-5,00", "-5,00"),
        ("+55 11 99999-0001", "+55 11 99999-0001"),
        ("(11) 99999-0001", "(11) 99999-0001"),
        ("12E45", "12E45"),
        ("Rua E10", "Rua E10"),
        ("joe2e5@x.com", "joe2e5@x.com"),
        ("IRMÃ”", "IRMÃ”"),
    ],
)
def test_a_text_without_wrappers_and_blanks(tmp_path, text, cell):
    assert cells(written(tmp_path, f"id;nome;x\n1;{text};y\n"))[1] == ["1", cell, "y"]


@pytest.mark.parametrize(
    "word",
    [
        *(
            "NULL",
            "null",
            "\\N",
            "#N/D",
            "#N/A",
            "-",
            "--",
            "—",
            "N/A",
            "(null)",
            "[NULL]",
            "NaN",
            "nan",
            "NaT",
            "NA",
            "None",
        ),
        *("undefined", "<NA>", "(vazio)", "____", "'-", '="NULL"', "  NULL  "),
    ],
)
def test_the_words_that_exports_write_for_nothing_are_nothing(tmp_path, word):
    assert cells(written(tmp_path, f"id;nome;x\n1;{word};y\n"))[1] == ["1", None, "y"]


@pytest.mark.parametrize(
    "name", ["Nulla", "Nan Li", "Nil", "Nat", "Nan", "Ana-Maria", "Nonê", "Na Praia", "N/A Ltda"]
)
def test_names_that_begin_like_them_are_names(tmp_path, name):
    assert cells(written(tmp_path, f"id;nome;x\n1;{name};y\n"))[1] == ["1", name, "y"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7,00001E+15", Reason.ROUNDED),
        ("7.00001e+15", Reason.ROUNDED),
        ("1E+11", Reason.ROUNDED),
        ("5.511999990001E12", Reason.ROUNDED),
        ("1,2E-05", Reason.ROUNDED),
        ("JoÃ£o", Reason.GARBLED),
        ("ConceiÃ§Ã£o", Reason.GARBLED),
        ("1Âº andar", Reason.GARBLED),
        ("â€œaspasâ€", Reason.GARBLED),
    ],
)
def test_a_text_of_which_something_was_lost_is_doubtful(tmp_path, text, reason):
    found = cells(written(tmp_path, f"id;nome;x\n1;{text};y\n"))[1]
    assert found == ["1", Doubtful(text, reason, "line 2, column 2"), "y"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *[
            (text, Reason.ERROR)
            for text in ("#REF!", "#VALOR!", "#NOME?", "#DIV/0!", "#NÚM!", "#VALUE!", "########")
        ],
        ('"=SOMA(A1;B1)"', Reason.FORMULA),
        ("=A1", Reason.FORMULA),
        ("=+B7", Reason.FORMULA),
        ("Jos\ufffd", Reason.UNDECODED),
    ],
)
def test_what_is_no_value_is_never_nothing(tmp_path, text, reason):
    cell = cells(written(tmp_path, f"id;nome;x\n1;{text};y\n"))[1][1]
    assert isinstance(cell, Unreadable)
    assert (cell.reason, cell.address) == (reason, "line 2, column 2")


@pytest.mark.parametrize(
    "text",
    [
        "id;nome\n--;----\n1;Ana\n\n(1 rows affected)\n",
        "id;nome\r\n--;----\r\n1;Ana\r\n(1 linha(s) afetada(s))\r\n".replace(
            "afetada(s)", "afetadas"
        ),
        (
            "+----+------+\n| id | nome |\n+----+------+\n| 1  | Ana  |\n+----+------+\n1 row in"
            " set (0.00 sec)\n"
        ),
        " id | nome \n----+------\n  1 | Ana\n(1 row)\n",
        "id\tnome\n1\tAna\n1 registros selecionados\n",
    ],
)
def test_the_decoration_of_database_clients_is_left_out(tmp_path, text):
    found = [[cell for cell in line if cell] for line in cells(written(tmp_path, text))]
    assert found == [["id", "nome"], ["1", "Ana"]]


def lines_of(tmp_path, text):
    path = tmp_path / "c.csv"
    path.write_text(text, "utf-8", newline="")
    table = open_table(path)
    found = [(row.number, row.cells[0], row.swallowed) for row in table.rows()]
    return [(table.header_line, table.headers[0], table.header_swallowed), *found]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_is_known_by_the_line_of_the_file_in_which_it_begins(tmp_path, end):
    text = (
        'sep=;\n\nid;endereço\n1;"Rua A\nCasa 2\n\nFundos"\n\n2;"Rua B, 3"\n"3";"a\nb"\n4;'.replace(
            "\n", end
        )
    )
    assert lines_of(tmp_path, text) == [
        (3, "id", 0),
        (4, "1", 0),
        (9, "2", 0),
        (10, "3", 0),
        (12, "4", 0),
    ]


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ('id;nome\n1;"J;11987654321\n2;K;11987654322\n', 2),
        ('id;nome\n1;Ana\n2;"Zé', 3),
        ('id;nome\r\n1;"Rua A\r\nCasa 2"\r\n2;"a\r\nb;"c"";"d\r\n3;Zé', 5),
        ('sep=;\nid;nome\n\n1;Ana\n"', 5),
        ('id;"nome\n1;Ana\n', 1),
    ],
)
def test_a_quote_that_is_never_closed_refuses_the_file(tmp_path, text, opened):
    (tmp_path / "c.csv").write_text(text, "utf-8", newline="")
    with pytest.raises(
        UnreadableFile, match=rf"c\.csv: the quote that opens in line {opened} is never closed"
    ):
        open_table(tmp_path / "c.csv")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_quote_that_meets_that_of_another_line_tells_how_many_lines_it_swallowed(
    tmp_path, separator
):
    text = 'id;nome;fone\n1;"Ana;11\n2;Bia;12\n3;"Zé";13\n4;"Rua A\nCasa 2";14\n5;Eva;15\n'.replace(
        ";", separator
    )
    assert lines_of(tmp_path, text) == [(1, "id", 0), (2, "1", 2), (5, "4", 0), (7, "5", 0)]


def test_where_every_cell_is_in_quotes_the_rest_of_the_other_line_tells_it(tmp_path):
    text = '"id";"nome"\n"1";"Ana\n"2";"Bia"\n"3";"Zé"\n'
    assert lines_of(tmp_path, text) == [(1, "id", 0), (2, "1", 1), (4, "3", 0)]


def test_quotes_inside_a_cell_are_left_as_they_are(tmp_path):
    path = written(tmp_path, 'id;nome\n1;Bar "Zé"\n2;"Bar ""Zé"""\n3;"Zé" Bar\n')
    assert cells(path)[1:] == [["1", 'Bar "Zé"'], ["2", 'Bar "Zé"'], ["3", "Zé Bar"]]


def test_a_header_that_cannot_be_read_refuses_the_file(tmp_path):
    with pytest.raises(
        UnreadableFile, match="the header in line 1, column 2 is an error value of Excel"
    ):
        open_table(written(tmp_path, "id;#REF!\n1;Ana\n"))
