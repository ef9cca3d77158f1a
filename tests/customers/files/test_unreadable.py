"""Files that are not what their names say, or not whole: each named for what it is, with the way
out.
"""

import gzip
import io
import re
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from customers.files.books import HEADERS, MAIN, one_sheet, sheet_xml, text_cell, write_book

from robot.customers.files import UnreadableFile, open_table

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ROW = f'<row r="2">{text_cell("A2", "1")}{text_cell("B2", "Ana")}</row>'


def refused(path, content=None):
    """What the operator is told, without the file's name."""
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableFile) as told:
        list(open_table(path).rows())
    assert told.value.exit_code == 2
    assert told.value.hint
    assert path.name in told.value.message
    return str(told.value)


def a_zip(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return content.getvalue()


def a_book(path):
    book = openpyxl.Workbook()
    book.active.append(["id", "nome"])
    for n in range(500):
        book.active.append([n, f"Nome {n}"])
    book.save(path)
    return path.read_bytes()


CASES = [
    ("c.xlsx", OLE, "has a password, or is an old .xls"),
    ("c.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    (
        "c.xlsx",
        OLE + "Workbook".encode("utf-16-le"),
        r"an old Excel workbook \(\.xls\) under the name \.xlsx",
    ),
    (
        "c.csv",
        OLE + "Workbook".encode("utf-16-le"),
        r"an old Excel workbook \(\.xls\) under the name \.csv",
    ),
    (
        "c.xls",
        OLE + "Workbook".encode("utf-16-le"),
        r"an old Excel workbook \(\.xls\): only \.csv and \.xlsx",
    ),
    (
        "c.xlsx",
        b"id;nome\n1;Ana\n",
        r"a text file \(CSV\?\) under the name \.xlsx.*Rename it to \.csv",
    ),
    ("c.xlsx", "id;nome\n1;Ana\n".encode("utf-16"), r"a text file \(CSV\?\) under the name \.xlsx"),
    (
        "c.xlsx",
        b"<html><table><tr><td>id</td></tr></table>",
        r"a web page \(HTML\) under the name \.xlsx",
    ),
    (
        "c.csv",
        b"\xef\xbb\xbf <!DOCTYPE html><p>Entrar</p>",
        r"a web page \(HTML\) under the name \.csv",
    ),
    ("c.csv", b"<table border=1><tr><td>id", r"a web page \(HTML\)"),
    (
        "c.xlsx",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "2003",
    ),
    ("c.csv", b'<?xml version="1.0"?><clientes/>', "an XML file"),
    ("c.csv", b"%PDF-1.7", "a PDF"),
    ("c.csv", gzip.compress(b"id;nome\n1;Ana\n", mtime=0), "gzip"),
    ("c.xlsx", b"\x89PNG\r\n\x1a\n", "a picture"),
    ("c.xlsx", b"\x00\x01\x02\x03garbage\x00\xff", "no Excel workbook"),
    ("c.xlsx", bytes(5000), "nothing but zeros"),
    ("c.xlsx", b"", "is empty"),
    ("c.csv", b"\xef\xbb\xbf\r\n\r\n", "is empty"),
    ("c.csv", b"-----;-----\n;;\n", "is empty"),
    ("c.pdf", b"x", "only .csv and .xlsx are read"),
    ("c", b"x", "only .csv and .xlsx are read"),
    ("c.xlsx", b"PK\x03\x04" + bytes(60), "was cut, or not copied whole"),
    ("c.csv", a_zip(x="y"), r"an Excel workbook, or another zip file, under the name \.csv"),
    ("c.xlsx", a_zip(x="y"), "a zip file, not an Excel workbook"),
    ("c.xlsx", a_zip(lista_dot_csv="id;nome"), "a zip file that holds lista.csv"),
    (
        "c.xlsx",
        a_zip(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
        "LibreOffice document",
    ),
    ("c.xlsx", a_zip(xl__workbook_dot_bin="x"), "xlsb"),
    ("c.xlsx", a_zip(word__document_dot_xml="x"), "a Word document"),
]


@pytest.mark.parametrize(
    ("name", "content", "said"), CASES, ids=[f"{case[0]}: {case[2]}" for case in CASES]
)
def test_a_file_is_named_for_what_it_is(tmp_path, name, content, said):
    assert re.search(said, refused(tmp_path / name, content))


def test_what_is_not_there_and_what_is_a_folder_say_so(tmp_path):
    with pytest.raises(UnreadableFile, match="does not exist"):
        open_table(tmp_path / "nada.csv")
    (tmp_path / "pasta.csv").mkdir()
    with pytest.raises(UnreadableFile, match="is a folder"):
        open_table(tmp_path / "pasta.csv")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_workbook_that_was_cut_is_refused(tmp_path, share):
    content = a_book(tmp_path / "c.xlsx")
    assert "was cut" in refused(tmp_path / "c.xlsx", content[: int(len(content) * share)])


def test_no_single_damaged_byte_passes_in_silence_or_as_a_defect(tmp_path):
    path = tmp_path / "c.xlsx"
    whole = a_book(path)
    right = list(open_table(path).rows())
    for place in range(0, len(whole), 37):
        damaged = bytearray(whole)
        damaged[place] ^= 0x5A
        path.write_bytes(damaged)
        with suppress(UnreadableFile):
            # a byte that nobody reads: a time stamp, a theme
            assert list(open_table(path).rows()) == right


@pytest.mark.parametrize(
    "xml",
    [
        sheet_xml(HEADERS + ROW)[:-30],
        sheet_xml(HEADERS + ROW.replace("Ana", "A\x01na")),
        sheet_xml(HEADERS + ROW.replace("Ana", "A\x0bna")),
        sheet_xml(HEADERS + ROW.replace("Ana", "A & na")),
        sheet_xml(HEADERS + ROW.replace("Ana", "A &nbsp; na")),
        sheet_xml(HEADERS + ROW.replace("</t>", "", 1)),
        sheet_xml(HEADERS + ROW + "</row>"),
        sheet_xml(HEADERS + ROW) + "<x/>",
        sheet_xml(HEADERS + ROW).encode().replace(b"Ana", b"Jo\xe3o"),
        f'<!DOCTYPE x [<!ENTITY a "b">]>{sheet_xml(HEADERS + ROW)}',
        b"",
    ],
)
def test_xml_that_is_not_whole_is_refused_wherever_the_damage_stands(tmp_path, xml):
    write_book(tmp_path / "c.xlsx", ("Carteira", ""), parts={"xl/worksheets/sheet1.xml": xml})
    assert "it is damaged" in refused(tmp_path / "c.xlsx")


def test_damage_behind_many_good_rows_is_found_before_the_first_is_given(tmp_path):
    rows = "".join(f'<row r="{n}">{text_cell(f"A{n}", n)}</row>' for n in range(2, 5000))
    write_book(tmp_path / "c.xlsx", ("Carteira", sheet_xml(HEADERS + rows + "<row><c>")))
    with pytest.raises(UnreadableFile, match="it is damaged"):
        open_table(tmp_path / "c.xlsx")


@pytest.mark.parametrize(
    "part",
    ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"],
)
@pytest.mark.parametrize("content", ["", "<a><b></a>", "<a>\x02</a>", "<!DOCTYPE a><a/>"])
def test_every_part_may_be_the_damaged_one(tmp_path, part, content):
    one_sheet(tmp_path / "c.xlsx", ROW, strings=f'<sst xmlns="{MAIN}"/>', parts={part: content})
    assert "it is damaged" in refused(tmp_path / "c.xlsx")


@pytest.mark.parametrize("where", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_strict_open_xml_is_named(tmp_path, where):
    one_sheet(tmp_path / "c.xlsx", ROW)
    with zipfile.ZipFile(tmp_path / "c.xlsx") as archive:
        strict = (
            archive.read(where)
            .decode()
            .replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
        )
    one_sheet(tmp_path / "c.xlsx", ROW, parts={where: strict})
    said = refused(tmp_path / "c.xlsx")
    assert "Strict Open XML" in said
    assert "Save as" in said


def test_a_sheet_whose_part_is_missing_is_damage(tmp_path):
    write_book(tmp_path / "c.xlsx", ("Carteira", sheet_xml(HEADERS)))
    with zipfile.ZipFile(tmp_path / "c.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if "sheet1" not in name}
    with zipfile.ZipFile(tmp_path / "c.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert "xl/worksheets/sheet1.xml is missing" in refused(tmp_path / "c.xlsx")


def test_a_zip_that_would_unpack_to_far_too_much_is_refused_unopened(tmp_path):
    write_book(tmp_path / "c.xlsx", ("Carteira", sheet_xml(HEADERS)))
    with zipfile.ZipFile(tmp_path / "c.xlsx", "r") as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if "sheet1" not in name}
    with zipfile.ZipFile(tmp_path / "c.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(200):
                part.write(bytes(1 << 20))
    assert "would unpack to 200 MB" in refused(tmp_path / "c.xlsx")


def test_entities_that_grow_are_not_followed(tmp_path):
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + sheet_xml(
        HEADERS + ROW.replace("Ana", "&b;")
    )
    write_book(tmp_path / "c.xlsx", ("Carteira", laughs))
    assert "it is damaged" in refused(tmp_path / "c.xlsx")
