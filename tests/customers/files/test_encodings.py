"""Which encoding a CSV has, by its letters."""

import random

import pytest

from robot.customers.files import Reason, Unreadable, UnreadableFile, open_table

NAMES = (
    *(
        "João",
        "José",
        "Antônio",
        "Conceição",
        "Zélia",
        "Gonçalves",
        "Araújo",
        "Inácio",
        "Luís",
        "Mônica",
        "Ângela",
        "Íris",
    ),
    *(
        "JOÃO",
        "JOSÉ",
        "CONCEIÇÃO",
        "Assunção",
        "Érica",
        "São Paulo",
        "Pará",
        "Goiás",
        "Estação",
        "Vovô",
        "Ítalo",
        "Fábio",
    ),
    *("Patrícia", "Cláudia", "Vinícius", "Estêvão", "Nascimento Júnior", "Márcio", "André", "LUÍS"),
)


def listed(names):
    return "codigo;nome;valor\r\n" + "".join(
        f"{n};{name} Silva;1.150,00\r\n" for n, name in enumerate(names, 1)
    )


def names_of(path, **how):
    return [row.cells[1] for row in open_table(path, **how).rows()]


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize("name", NAMES)
def test_one_name_tells_the_code_page_or_the_doubt_is_told(tmp_path, encoding, name):
    path = tmp_path / "c.csv"
    path.write_bytes(listed([name]).encode(encoding))
    table = open_table(path)
    right = [row.cells[1] for row in table.rows()] == [f"{name} Silva"]
    assert right or "not certain" in table.notes[0]
    assert right or encoding != "cp1252"


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
def test_a_few_names_tell_it_for_sure(tmp_path, encoding):
    path = tmp_path / "c.csv"
    for seed in range(30):
        names = random.Random(seed).sample(NAMES, 4)
        path.write_bytes(listed(names).encode(encoding))
        assert names_of(path) == [f"{name} Silva" for name in names]


def test_a_code_page_other_than_that_of_windows_is_told(tmp_path):
    (tmp_path / "c.csv").write_bytes(listed(NAMES).encode("cp850"))
    assert open_table(tmp_path / "c.csv").notes == ("it is not UTF-8: read as cp850",)


def test_utf_8_with_broken_bytes_is_utf_8_and_their_lines_are_told(tmp_path):
    path = tmp_path / "c.csv"
    path.write_bytes("1;João\n2;Zé\n".encode().join([b"codigo;nome\n", b"3;Jos\xe9\n4;Bia\n"]))
    table = open_table(path)
    found = [row.cells[1] for row in table.rows()]
    assert found == ["João", "Zé", Unreadable(Reason.UNDECODED, "line 4, column 2", "Jos?"), "Bia"]
    assert table.notes == ("it is UTF-8 with 1 broken byte(s): their lines are rejected",)


def test_as_many_broken_bytes_as_whole_letters_are_still_utf_8(tmp_path):
    (tmp_path / "c.csv").write_bytes(b"codigo;nome\n1;Jo\xc3\xa3o\n2;Jos\xe9\n")
    assert names_of(tmp_path / "c.csv")[0] == "João"


@pytest.mark.parametrize("broken", [b"Jo\xc3", b"\xe2\x82", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80"])
def test_bytes_that_are_no_letter_of_utf_8_are_told_wherever_they_stand(tmp_path, broken):
    (tmp_path / "c.csv").write_bytes(b"\xef\xbb\xbfcodigo;nome\n1;Jo\xc3\xa3o\n2;" + broken + b"\n")
    assert [type(cell) for cell in names_of(tmp_path / "c.csv")] == [str, Unreadable]


def test_a_byte_that_the_code_page_does_not_have_is_told(tmp_path):
    (tmp_path / "c.csv").write_bytes(listed(NAMES).encode("cp1252") + b"99;Jo\x81o;1\r\n")
    assert names_of(tmp_path / "c.csv")[-1] == Unreadable(
        Reason.UNDECODED, f"line {len(NAMES) + 2}, column 2", "Jo?o"
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_known_by_its_zeros(tmp_path, encoding):
    (tmp_path / "c.csv").write_bytes(listed(["“aspas”", "Łukasz €", "João"]).encode(encoding))
    assert names_of(tmp_path / "c.csv") == ["“aspas” Silva", "Łukasz € Silva", "João Silva"]


def test_half_a_letter_of_utf_16_is_told(tmp_path):
    (tmp_path / "c.csv").write_bytes(
        "\ufeffid;nome\n1;Jo\ud83do\n2;Bia\n".encode("utf-16-le", "surrogatepass")
    )
    assert [type(cell) for cell in names_of(tmp_path / "c.csv")] == [Unreadable, str]


def test_the_operator_may_name_the_encoding(tmp_path):
    (tmp_path / "c.csv").write_bytes(b"codigo;nome\n1;\xd6talo\n")
    assert names_of(tmp_path / "c.csv", encoding="cp850") == ["Ítalo"]
    with pytest.raises(UnreadableFile, match="no encoding named klingon"):
        open_table(tmp_path / "c.csv", encoding="klingon")


def test_what_is_a_text_in_no_known_encoding_is_refused(tmp_path):
    (tmp_path / "c.csv").write_bytes(
        b"codigo;nome\n" + b"".join(b"%d;a\xb2b\xb3c\xb9d\n" % n for n in range(20))
    )
    with pytest.raises(UnreadableFile, match="in no known encoding"):
        open_table(tmp_path / "c.csv")
