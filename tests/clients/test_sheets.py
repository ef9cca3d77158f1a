"""Files of clients, as Excel, systems and people write them."""

import openpyxl
import pytest

from robot.clients.sheets import read_lines
from robot.errors import ConfigurationError

LINES = [["id", "nome", "valor"], ["1", "João; Ação", "1.150,00"], ["2", "Zé", "10"]]


def cells(path):
    return [["" if cell is None else str(cell) for cell in line] for _, line in read_lines(path)]


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
