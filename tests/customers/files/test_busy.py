"""A file that somebody else has in hand: open in Excel, still being written, without the right to
read it.
"""

import errno
from pathlib import Path

import pytest
from customers.files.books import one_sheet, text_cell

from robot.customers.files import UnreadableFile, open_table

ROWS = "".join(f'<row r="{n}">{text_cell(f"A{n}", n)}</row>' for n in range(2, 6))


def csv_file(path):
    path.write_text("id;nome\n" + "".join(f"{n};Ana\n" for n in range(5)), "utf-8")
    return path


@pytest.mark.parametrize(
    ("lock", "program"), [("~$c.xlsx", "Excel"), (".~lock.c.xlsx#", "LibreOffice")]
)
def test_a_workbook_that_is_open_is_refused_and_the_lock_file_named(tmp_path, lock, program):
    one_sheet(tmp_path / "c.xlsx", ROWS)
    (tmp_path / lock).write_bytes(b"Ana")
    with pytest.raises(UnreadableFile, match=f"is open in {program}") as told:
        open_table(tmp_path / "c.xlsx")
    assert lock in told.value.hint
    (tmp_path / lock).unlink()
    assert len(list(open_table(tmp_path / "c.xlsx").rows())) == 4


def test_the_lock_file_of_another_workbook_is_no_matter(tmp_path):
    (tmp_path / "~$outra.xlsx").write_bytes(b"")
    assert open_table(one_sheet(tmp_path / "c.xlsx", ROWS)).headers == ("id", "nome")


@pytest.mark.parametrize("name", ["c.csv", "c.xlsx"])
def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, name):
    path = tmp_path / name
    table = open_table(csv_file(path) if name == "c.csv" else one_sheet(path, ROWS))
    rows = table.rows()
    next(rows)
    with path.open("ab") as file:
        file.write(b"9;Bia\n")
    with pytest.raises(UnreadableFile, match="still being written"):
        list(rows)


@pytest.mark.parametrize("name", ["c.csv", "c.xlsx"])
def test_a_file_that_changed_since_it_was_looked_at_is_refused(tmp_path, name):
    path = tmp_path / name
    make = csv_file if name == "c.csv" else lambda path: one_sheet(path, ROWS)
    table = open_table(make(path))
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(UnreadableFile, match="changed while it was read"):
        list(table.rows())


@pytest.mark.parametrize("name", ["c.csv", "c.xlsx"])
def test_a_file_that_vanished_since_it_was_looked_at_says_so(tmp_path, name):
    path = tmp_path / name
    table = open_table(csv_file(path) if name == "c.csv" else one_sheet(path, ROWS))
    path.unlink()
    with pytest.raises(UnreadableFile, match="does not exist"):
        list(table.rows())


def refusing(error):
    def refuse(*_, **__):
        raise error

    return refuse


@pytest.mark.parametrize("name", ["c.csv", "c.xlsx"])
def test_a_file_that_may_not_be_read_says_so(tmp_path, name, monkeypatch):
    path = csv_file(tmp_path / name)
    monkeypatch.setattr(Path, "open", refusing(PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(UnreadableFile, match=f"{name} cannot be read: Permission denied"):
        open_table(path)


@pytest.mark.parametrize("code", [32, 33])
def test_what_windows_calls_a_sharing_violation_is_told_as_a_file_in_use(
    tmp_path, code, monkeypatch
):
    error = PermissionError(errno.EACCES, "O processo não pode acessar o arquivo")
    error.winerror = code
    path = csv_file(tmp_path / "c.csv")
    monkeypatch.setattr(Path, "open", refusing(error))
    with pytest.raises(UnreadableFile, match="open in another program, or still being copied"):
        open_table(path)
