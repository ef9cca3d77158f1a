"""Files of clients, as Excel, systems and people write them."""

import openpyxl
import pytest

from robot.clients.sheets import read_lines
from robot.errors import ConfigurationError

LINES = [["id", "nome", "valor"], ["1", "João; Ação", "1.150,00"], ["2", "Zé", "10"]]


def cells(path):
    return [["" if cell is None else str(cell) for cell in line.cells] for line in read_lines(path)]


def written(lines, separator):
    return "".join(separator.join(f'"{cell}"' for cell in line) + "\r\n" for line in lines)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encoding_and_separator_are_found(tmp_path, encoding, separator):
    path = tmp_path / "clientes.csv"
    path.write_bytes(written(LINES, separator).encode(encoding))
    assert cells(path) == LINES


def test_excels_own_first_line_and_blank_lines_are_left_out(tmp_path):
    path = tmp_path / "clientes.csv"
    path.write_text("sep=|\n\nid|nome\n\n1|A;B,C\n | \n", "utf-8")
    assert cells(path) == [["id", "nome"], ["1", "A;B,C"]]


def test_a_workbook_is_read_from_its_first_sheet(tmp_path):
    book = openpyxl.Workbook()
    for line in [["id", "nome", "fone", None], [None], [7, "João", 11999998888, None]]:
        book.active.append(line)
    book.create_sheet("outra").append(["x"])
    book.save(tmp_path / "c.xlsx")
    assert cells(tmp_path / "c.xlsx") == [["id", "nome", "fone"], ["7", "João", "11999998888"]]


@pytest.mark.parametrize(("name", "content"), [("c.xlsx", b"not a workbook"), ("c.xls", b"x"), ("c.pdf", b"x")])
def test_what_is_no_list_says_so(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=name):
        list(read_lines(tmp_path / name))


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ConfigurationError, match="does not exist"):
        read_lines(tmp_path / "nada.csv")


def lines_of(tmp_path, text):
    (tmp_path / "c.csv").write_text(text, "utf-8", newline="")
    return [(line.number, line.cells[0], line.swallowed) for line in read_lines(tmp_path / "c.csv")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_is_known_by_the_line_of_the_file_in_which_it_begins(tmp_path, end):
    text = 'sep=;\n\nid;endereço\n1;"Rua A\nCasa 2\n\nFundos"\n\n2;"Rua B, 3"\n"3";"a\nb"\n4;'.replace("\n", end)
    assert lines_of(tmp_path, text) == [(3, "id", 0), (4, "1", 0), (9, "2", 0), (10, "3", 0), (12, "4", 0)]


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
def test_a_quote_that_is_never_closed_refuses_the_file_before_its_first_line(tmp_path, text, opened):
    (tmp_path / "c.csv").write_text(text, "utf-8", newline="")
    with pytest.raises(ConfigurationError, match=rf"c\.csv: the quote that opens in line {opened} is never closed"):
        next(read_lines(tmp_path / "c.csv"))


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_quote_that_meets_that_of_another_line_tells_how_many_lines_it_swallowed(tmp_path, separator):
    text = 'id;nome;fone\n1;"Ana;11\n2;Bia;12\n3;"Zé";13\n4;"Rua A\nCasa 2";14\n5;Eva;15\n'.replace(";", separator)
    assert lines_of(tmp_path, text) == [(1, "id", 0), (2, "1", 2), (5, "4", 0), (7, "5", 0)]


def test_where_every_cell_is_in_quotes_the_rest_of_the_other_line_tells_it(tmp_path):
    text = '"id";"nome"\n"1";"Ana\n"2";"Bia"\n"3";"Zé"\n'
    assert lines_of(tmp_path, text) == [(1, "id", 0), (2, "1", 1), (4, "3", 0)]


def test_quotes_inside_a_cell_are_left_as_they_are(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text('id;nome\n1;Bar "Zé"\n2;"Bar ""Zé"""\n3;"Zé" Bar\n', "utf-8")
    assert cells(path)[1:] == [["1", 'Bar "Zé"'], ["2", 'Bar "Zé"'], ["3", "Zé Bar"]]
