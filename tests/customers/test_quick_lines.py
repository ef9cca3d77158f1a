"""Many lines at once give what each gives alone, to the last digit of the rows' hashes."""

import csv
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.br import cnpj, cpf

from robot.brazil.phones import plain_numbers, read_phones
from robot.cells.tables import CLIENTS
from robot.customers.cells import known_cells
from robot.customers.files import Doubtful, Reason, Unreadable, open_table
from robot.customers.files import words as file_words
from robot.customers.headers import layout
from robot.customers.merging import Stored
from robot.customers.quick_joining import join
from robot.customers.quick_lines import Line, QuickLines
from robot.customers.rows import Refused, merge, read_client

HEADERS = [
    "codigo",
    "nome",
    "cpf",
    "DDD 1",
    "fone 1",
    "fone 2",
    "valor",
    "endereço",
    "cidade",
    "uf",
    "obs",
    "status",
    "Loja",
]
LAYOUTS = [
    layout(HEADERS),
    layout(HEADERS, {"cpf": "external_id", "codigo": "ignore"}),
    layout(
        [
            "id",
            "nome",
            "cpf",
            "cnpj",
            "celular",
            "e-mail",
            "credor",
            "Vencimento",
            "Vendedor",
            "saldo",
        ]
    ),
    layout(["codigo", "status", "valor"]),
]

_DIGITS = st.integers(0, 10**14 - 1).map(str)
_VALUES = [
    *(
        "52998224725",
        "529.982.247-25",
        "52998224724",
        "1234567890",
        "01234567890",
        "11111111111",
        "00000000000",
    ),
    *(
        "11.222.333/0001-81",
        "11222333000181",
        "12ABC34501DE35",
        "52998224725.0",
        "5,29982E+10",
        "123.456.789-0",
    ),
    *(
        "11999990001",
        "(11) 99999-0001",
        "1133334444",
        "11 3333-4444",
        "99999-0001",
        "7133334444",
        "1179990001",
    ),
    *(
        "11999990002 / 1133334444",
        "11999990001\n1133334444",
        "20999990001",
        "1.1999998888E+10",
        "11",
        "21",
    ),
    *(
        "10",
        "10,5",
        "1.150,00",
        "R$ 1.150,00",
        "1150.00",
        "1.150",
        "0,00",
        "007,50",
        "-3,00",
        "abc",
        "1234567890123,00",
    ),
    *(
        "SP",
        "sp",
        "XX",
        "Rua A, 1",
        "Ana",
        "ANA  SILVA",
        "José",
        "\u200bAna",
        "Jose\u0301",
        "\uff21na",
        "x" * 60,
    ),
    *("bloqueado", "ativo", "\U0001f600" * 30, "", " ", "1E5", "a\nb", "\u00a0Ana", "e", "E-1"),
]
_CELLS = st.one_of(
    st.none(),
    st.sampled_from(_VALUES),
    _DIGITS,
    st.text(max_size=8),
    st.integers(-5, 10**16),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(0, 10**9).map(lambda cents: cents / 100),
    st.sampled_from([True, date(2026, 3, 1), 0.0, -0.0, 1e15, 150.125]),
    st.sampled_from([Unreadable(Reason.FORMULA, "A1"), Doubtful("JoÃ£o", Reason.GARBLED, "A1")]),
)
# a plain line, of which a few cells are replaced: else hardly any line would be read at all
_PLAIN = {
    "external_id": st.integers(1, 999).map(str),
    "name": st.sampled_from(["Ana", "José", "Zélia de Ávila"]),
    "cpf": st.sampled_from(["52998224725", "11.222.333/0001-81"]),
    "ddd": st.sampled_from(["11", None]),
    "phones": st.sampled_from(["11999990001", "999990002", "(21) 3333-4444", None]),
    "open_amount": st.sampled_from(["10,50", 10.5, 7, None]),
    "uf": st.sampled_from(["SP", "rj", None]),
}


@st.composite
def tables(draw):
    of = draw(st.sampled_from(LAYOUTS))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        line = [
            draw(_PLAIN.get(column, st.sampled_from(["Rua A, 1", "Loja", None])))
            for column in of.columns
        ]
        for _ in range(draw(st.integers(0, 2))):
            line[draw(st.integers(0, len(line) - 1))] = draw(_CELLS)
        lines.append(tuple(line[: draw(st.integers(1, len(line) + 1))]))
    return of, lines


def with_care(of, cells):
    """What a line says, read alone; None where it is refused."""
    try:
        return read_client(of, known_cells(of, cells))
    except Refused:
        return None


@given(tables())
@example((LAYOUTS[0], [("1", "Ana", "52998224725", "11", "999990002", None, -0.0)]))
@example(
    (LAYOUTS[0], [("1", "Ana", None, "1,1E+1", "11999990001"), ("2", "Ana", None, "11", "1E5")])
)
@example(
    (
        LAYOUTS[0],
        [("1", "Ana", "123.456.789-0", None, "11999990001\n"), ("2", "Ana", None, None, "")],
    )
)
@example((LAYOUTS[3], [("1", "ativo", "10"), ("2",)]))
def test_many_lines_at_once_say_what_each_says_alone(table):
    of, lines = table
    for cells, quick in zip(lines, QuickLines(of).read(lines), strict=True):
        if quick is None:
            continue
        read = with_care(of, cells)
        assert read is not None
        assert (quick.key, quick.identity) == (read.key, read.identity)
        if "name" in read.values:
            merged = merge(of, read)
            assert (quick.row, merged.overflows, read.zeros) == (merged.row, 0, 0)


@given(tables(), tables())
def test_a_line_at_once_changes_what_is_stored_as_it_does_alone(first, second):
    of, lines = first
    for cells, quick in zip(lines, QuickLines(of).read(lines), strict=True):
        for known in QuickLines(second[0]).read(second[1]):
            if quick is None or known is None or known.row.cells[1] is None:
                continue
            stored = known.row._replace(cells=(quick.key, *known.row.cells[1:]))
            if joined := join(quick, stored):
                assert joined == merge(of, with_care(of, cells), Stored.of(stored))


def test_plain_lines_are_read_at_once():
    lines = [
        (
            "1",
            "Ana",
            "52998224725",
            "11",
            "999990002",
            "(21) 3333-4444",
            "1.150,00",
            "Rua A, 1",
            "",
            "sp",
        )
    ] * 3
    (line, *others) = QuickLines(LAYOUTS[0]).read(lines)
    assert isinstance(line, Line)
    assert others == [line, line]
    row = CLIENTS.named(line.row)
    assert (row["phones"], row["open_amount"], row["uf"]) == (
        "11999990002;2133334444",
        "1150.00",
        "SP",
    )


@given(st.integers(0, 10**9 - 1))
def test_check_digits_are_those_of_the_library(number):
    for bare, library in ((f"{number:09}", cpf), (f"{number:09}001", cnpj)):
        texts = [f"{bare}{checks:02}" for checks in range(100)]
        lines = QuickLines(layout(["id", "nome", "cpf"])).read(
            [("1", "Ana", text) for text in texts]
        )
        read = [text for text, line in zip(texts, lines, strict=True) if line is not None]
        assert read == [text for text in texts if library.is_valid(text) and len(set(text)) > 1]


@given(
    st.lists(
        st.one_of(
            st.sampled_from(_VALUES),
            st.from_regex(r"\(?[1-9][1-9]\)? ?[2-9]{3,5}[- ]?[0-9]{4}", fullmatch=True),
        )
    )
)
def test_a_column_of_phones_is_read_as_each_phone(texts):
    numbers = plain_numbers(texts)
    if numbers is not None:
        assert numbers == [(read_phones(text).numbers or ("",))[0] for text in texts]


_PIECES = st.sampled_from(
    [
        *" \t\n\u00a0\u0085\u2003–—−-=#'[<\\_eE5+.,aÃÂ£â€",
        "\u0301",
        "\ufffd",
        "\udce3",
        "NULL",
        "ção",
        '="1"',
        "#N/D",
        "\u3000",
    ]
)


@given(st.lists(st.lists(_PIECES, max_size=4).map("".join), max_size=40))
def test_many_texts_of_a_file_are_read_as_each_alone(texts):
    assert file_words.read_texts(texts) == [
        file_words.read_texts([text, "NULL"])[0] for text in texts
    ]
    if file_words.are_plain(texts):
        assert file_words.read_texts(texts) == [text or None for text in texts]


_FIELDS = st.lists(
    st.lists(_PIECES.filter(lambda piece: piece != "\udce3"), max_size=3).map("".join),
    min_size=1,
    max_size=4,
)


@given(st.lists(_FIELDS, min_size=1, max_size=40), st.sampled_from(["\r\n", "\n"]), st.booleans())
def test_lines_of_a_file_are_read_as_each_alone(tmp_path_factory, fields, end, quoted):
    """Many lines of a file share one look; each in a file of its own has none to share it with."""
    folder = tmp_path_factory.mktemp("lines")

    def rows(lines, name):
        path = folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(
                file,
                delimiter=";",
                lineterminator=end,
                quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
            )
            writer.writerows([["id", "nome", "fone", "obs"], *lines])
        return [row.cells for row in open_table(path).rows()]

    together = [cells for line in fields for cells in rows([line], "one.csv")]
    assert [strip(cells) for cells in rows(fields, "all.csv")] == [
        strip(cells) for cells in together
    ]


def strip(cells):
    """Without the places of marks, which are those of other lines."""
    return [
        cell if not isinstance(cell, Unreadable | Doubtful) else cell._replace(address="")
        for cell in cells
    ]


@pytest.mark.parametrize("quoted", [False, True])
def test_a_line_that_needs_care_among_many_keeps_its_number(tmp_path, quoted):
    lines = [[str(n), f"Ana {n}", "#REF!" if n == 700 else "x"] for n in range(1, 1201)]
    path = tmp_path / "c.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
        csv.writer(file, delimiter=";", quoting=quoting).writerows([["id", "nome", "obs"], *lines])
    for _ in range(2):  # the second reading knows what it has looked at
        rows = list(open_table(path).rows())
        assert [row.number for row in rows] == [*range(2, 1202)]
        assert rows[699].cells[2] == Unreadable(Reason.ERROR, "line 701, column 3", "#REF!")
        assert all(row.cells[2] == "x" for row in rows if row.number != 701)
