"""A file that says only a part: the rest stays as it is stored."""

import pytest

from robot.customers.merging import Change, Stored
from robot.customers.rows import layout, merge, read_client
from robot.errors import ConfigurationError, ExitCode

FULL = (
    "codigo;nome;cpf;telefone;valor;status;credor;email\n"
    "1;Ana;12345678909;11999990001;150,00;ativo;Banco X;ana@example.com\n"
    "2;Bia;;11999990002;20,00;ativo;Banco X;\n"
)
BLOCKED = "codigo;nome;telefone;status\n1;Ana;11999990001;bloqueado\n2;Bia;11999990002;ativo\n"


def test_a_column_that_the_file_does_not_have_leaves_what_is_stored(portfolio):
    portfolio.take(FULL)
    portfolio.take("codigo;nome;status\n1;Ana;promessa\n2;Bia;ativo\n")
    ana = portfolio.client("1")
    assert (ana["cpf"], ana["phones"], ana["open_amount"]) == (
        "12345678909",
        "11999990001",
        "150.00",
    )
    assert (ana["creditor"], ana["email"], ana["status"]) == (
        "Banco X",
        "ana@example.com",
        "promessa",
    )


def test_a_file_without_names_and_phones_changes_known_clients_and_makes_no_new_ones(portfolio):
    portfolio.take(FULL)
    portfolio.take("codigo;valor\n1;99,00\n")
    assert (portfolio.client("1")["open_amount"], portfolio.client("1")["name"]) == ("99.00", "Ana")
    with pytest.raises(ConfigurationError):
        portfolio.take("codigo;valor\n1;98,00\n7;1,00\n")
    assert portfolio.client("1")["open_amount"] == "99.00"


def test_a_file_without_a_status_lets_nobody_who_is_blocked_be_called(portfolio):
    portfolio.take(BLOCKED)
    portfolio.take("codigo;nome;telefone\n1;Ana;11999990001\n2;Bia;11999990002\n")
    assert [portfolio.client(key)["status"] for key in "12"] == ["bloqueado", "ativo"]


def test_an_empty_cell_changes_nothing(portfolio):
    portfolio.take(FULL)
    result = portfolio.take("codigo;nome;cpf;telefone;valor;status;credor;email\n1;;;;;;;\n")
    assert (result.ending.failed, result.ending.counts.unchanged) == (0, 1)
    assert portfolio.client("1")["phones"] == "11999990001"


def test_an_empty_cell_erases_where_it_is_asked_for_but_never_a_name_or_a_status_that_protects(
    portfolio,
):
    portfolio.take(
        BLOCKED.replace("status\n", "status;credor\n").replace("ativo\n", "ativo;Banco\n")
    )
    text = "codigo;nome;telefone;status;credor\n1;;;;\n2;;;;\n"
    portfolio.take(text, empty_erases=True)
    ana, bia = portfolio.client("1"), portfolio.client("2")
    assert (ana["name"], ana["phones"], ana["status"]) == ("Ana", None, "bloqueado")
    assert (bia["name"], bia["phones"], bia["status"], bia["creditor"]) == ("Bia", None, None, None)


def test_the_words_that_protect_are_those_of_the_settings_in_any_writing(portfolio):
    portfolio.take(BLOCKED.replace("bloqueado", "NAO LIGAR."))
    portfolio.take("codigo;nome;telefone;status\n1;;;\n", empty_erases=True, blocked=("não ligar",))
    assert portfolio.client("1")["status"] == "NAO LIGAR."


def test_the_summary_counts_by_column_what_was_filled_changed_left_alone_and_erased(portfolio):
    first = portfolio.take(FULL)
    assert first.tally.columns["cpf"] == {Change.FILLED: 1}
    assert first.tally.columns["phones"] == {Change.FILLED: 2}
    text = (
        "codigo;nome;cpf;telefone;credor;email\n1;Ana;;11999990009;Banco"
        " Y;\n2;Bia;52998224725;11999990002;;x@y.z\n"
    )
    columns = portfolio.take(text, empty_erases=True).tally.columns
    assert columns["cpf"] == {Change.ERASED: 1, Change.FILLED: 1}
    assert columns["phones"] == {Change.CHANGED: 1}
    assert columns["creditor"] == {Change.CHANGED: 1, Change.ERASED: 1}
    assert columns["open_amount"] == columns["status"] == {Change.LEFT: 2}
    assert columns["email"] == {Change.ERASED: 1, Change.FILLED: 1}


def test_a_second_import_of_a_partial_file_writes_nothing(portfolio):
    portfolio.take(FULL)
    partial = "codigo;nome;status\n1;Ana;promessa\n2;Bia;ativo\n"
    assert portfolio.take(partial).ending.counts.updated == 1
    again = portfolio.take(partial).ending.counts
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 2)


def test_the_hash_of_a_joined_row_is_that_of_the_same_row_from_one_file(portfolio):
    portfolio.take(FULL)
    portfolio.take("codigo;nome;status;Vendedor\n1;Ana;promessa;Rui\n")
    joined = portfolio.client("1")
    whole = FULL.replace("email\n", "email;Vendedor\n").replace("150,00;ativo", "150,00;promessa")
    whole = whole.replace("ana@example.com\n", "ana@example.com;Rui\n").replace(
        "Banco X;\n", "Banco X;;\n"
    )
    assert portfolio.take(whole).ending.counts.updated == 0
    assert portfolio.client("1") == joined


def test_a_row_that_was_changed_by_hand_is_joined_as_it_is(portfolio):
    portfolio.take(FULL)
    repository = portfolio.database.repository()
    sql = "UPDATE clients SET creditor = ?, extra = ? WHERE external_id = ?"
    repository.change(lambda engine, _: engine.cursor().execute(sql, ("Banco Z", "no JSON", "1")))
    repository.close()
    portfolio.take("codigo;nome;status\n1;Ana;promessa\n")
    ana = portfolio.client("1")
    assert (ana["creditor"], ana["status"], ana["extra"]) == (
        "Banco Z",
        "promessa",
        '{"extra":"no JSON"}',
    )


def test_what_is_kept_in_extra_stays_beside_what_a_later_file_brings(portfolio):
    portfolio.take("codigo;nome;telefone;Vendedor;Loja\n1;Ana;11999990001;Rui;Sul\n")
    portfolio.take("codigo;nome;telefone;Loja;Rota\n1;Ana;11999990001;;9\n")
    assert portfolio.client("1")["extra"] == '{"Loja":"Sul","Rota":"9","Vendedor":"Rui"}'
    portfolio.take("codigo;nome;telefone;Loja\n1;Ana;11999990001;\n", empty_erases=True)
    assert portfolio.client("1")["extra"] == '{"Rota":"9","Vendedor":"Rui"}'


def test_what_a_value_left_in_extra_goes_with_the_value(portfolio):
    portfolio.take("codigo;nome;telefone;valor\n1;Ana;11999990001 / 123;0.125\n")
    assert portfolio.client("1")["extra"] is not None
    portfolio.take("codigo;nome;telefone;valor\n1;Ana;11999990002;10,00\n")
    assert portfolio.client("1")["extra"] is None


def merged(headers, first, second, later=None, **options):
    of, after = layout(headers), layout(later or headers)
    stored = Stored.of(merge(of, read_client(of, first)).row)
    return dict(
        zip(
            (
                "key",
                "name",
                "cpf",
                "phones",
                "email",
                "creditor",
                "amount",
                "address",
                "uf",
                "notes",
                "status",
            ),
            merge(after, read_client(after, second), stored, **options).row.cells,
            strict=False,
        )
    )


A, B, C, D = "11999990001", "11999990002", "11999990003", "11999990004"


@pytest.mark.parametrize(
    ("first", "second", "phones"),
    [
        ((A, B), (C, D), f"{C};{D}"),
        ((A, B), (C, ""), f"{C};{B}"),
        ((A, B), ("", D), f"{A};{D}"),
        ((A, B), (B, ""), B),
        ((A, ""), (C, ""), C),
        ((A, ""), ("", D), f"{A};{D}"),
        ((A, B), ("", ""), f"{A};{B}"),
    ],
)
def test_each_phone_has_its_place_and_an_empty_cell_leaves_the_one_of_its_place(
    first, second, phones
):
    headers = ["id", "nome", "Telefone 1", "Telefone 2"]
    assert merged(headers, ["1", "Ana", *first], ["1", "Ana", *second])["phones"] == phones


def test_a_second_phone_that_the_file_has_no_column_for_stays():
    headers = ["id", "nome", "Telefone 1", "Telefone 2"]
    row = merged(headers, ["1", "Ana", A, B], ["1", "Ana", C], later=["id", "nome", "Celular"])
    assert row["phones"] == f"{C};{B}"


def test_a_part_of_an_address_does_not_take_the_place_of_the_whole():
    headers = ["id", "nome", "Endereço", "Bairro", "Cidade"]
    line = ["1", "Ana", "Rua A, 10", "Centro", "Itu"]
    whole = "Rua A, 10, Centro, Itu"
    assert (
        merged(headers, line, ["1", "Ana", "Itu"], later=["id", "nome", "Cidade"])["address"]
        == whole
    )
    assert (
        merged(headers, line, ["1", "Ana", "Salto"], later=["id", "nome", "Cidade"])["address"]
        == whole
    )
    assert (
        merged(headers, line, ["1", "Ana", "Rua A, 10"], later=["id", "nome", "Endereço"])[
            "address"
        ]
        == whole
    )
    moved = merged(headers, line, ["1", "Ana", "Rua B, 1"], later=["id", "nome", "Endereço"])
    assert moved["address"] == "Rua B, 1"


def test_a_line_that_is_rejected_still_blocks_whom_it_names(portfolio):
    portfolio.take(BLOCKED)
    result = portfolio.take("codigo;nome;telefone;status\n2;Bia;123;Bloqueado\n")
    assert (result.ending.exit_code, result.ending.failed) == (ExitCode.WITH_ERRORS, 1)
    assert (portfolio.client("2")["status"], portfolio.client("2")["phones"]) == (
        "Bloqueado",
        "11999990002",
    )
    assert portfolio.query("SELECT COUNT(*) FROM rejected_records WHERE resolved_at IS NULL") == [
        (1,)
    ]


@pytest.mark.parametrize("order", [("ativo", "bloqueado"), ("bloqueado", "ativo")])
def test_of_two_lines_for_one_client_the_one_that_blocks_counts(portfolio, order):
    first, second = order
    portfolio.take(
        f"codigo;nome;telefone;status\n5;Eva;11999990005;{first}\n5;Eva;11999990005;{second}\n"
    )
    assert portfolio.client("5")["status"] == "bloqueado"


def test_the_command_shows_the_counts_by_column(portfolio):
    portfolio.write(FULL)
    app = portfolio.app()
    assert app.run("clients", "import", str(portfolio.folder / "clients.csv"))[0] == 0
    portfolio.write("codigo;nome;cpf;status\n1;Ana;;promessa\n2;Bia;;\n")
    code, told = app.run(
        "clients", "import", str(portfolio.folder / "clients.csv"), "--empty-erases"
    )
    assert code == 0
    rows = {
        line.split("│")[1].strip(): line.split("│")[2:6]
        for line in told.splitlines()
        if line.count("│") == 6
    }
    assert [cell.strip() for cell in rows["cpf"]] == ["0", "0", "0", "1"]
    assert [cell.strip() for cell in rows["status"]] == ["0", "1", "0", "1"]
    assert [cell.strip() for cell in rows["phones"]] == ["0", "0", "2", "0"]


@pytest.mark.parametrize(
    "file",
    [
        "id;nome;fone 1;fone 2;fone 3;fone 4;fone 5\n1;Ana;;1133330001;;1133330002;1133330003\n",
        "codigo;nome;telefone;cidade\n1;Ana;1133330001;São Paulo, SP\n",
    ],
)
def test_the_same_line_again_changes_nothing(portfolio, file):
    portfolio.take(file)
    before = portfolio.client()
    result = portfolio.take(file)
    assert (result.ending.counts.unchanged, portfolio.client()) == (1, before)


def test_what_a_line_says_of_a_known_client_is_the_same_in_a_file_of_many(portfolio):
    """Most lines are joined many at once: new amounts, empty cells, what other files said."""
    lines = [f"{n};Ana {n};1199999{n:04};{n},00;ativo;x{n}" for n in range(1, 1200)]
    portfolio.take("\n".join(["codigo;nome;telefone;valor;status;Loja", *lines]))
    again = [f"{n};;;{n + 1},00;y{n}" for n in range(1, 1200)]
    result = portfolio.take("\n".join(["codigo;nome;telefone;valor;Fila", *again]))
    client = portfolio.client("700")
    assert result.ending.counts.updated == 1199
    assert (client["name"], client["open_amount"], client["status"]) == (
        "Ana 700",
        "701.00",
        "ativo",
    )
    assert client["extra"] == '{"Fila":"y700","Loja":"x700"}'
    assert result.tally.columns["name"] == {Change.LEFT: 1199}
