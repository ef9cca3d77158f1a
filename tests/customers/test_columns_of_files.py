"""Which column of a file is which of ours: a file that is not understood stops, and is told how to
be.
"""

import pytest

from robot.customers.columns import parse_maps
from robot.errors import ConfigurationError


def refused(portfolio, text, **options):
    """Why a file is refused, before anything is stored."""
    with pytest.raises(ConfigurationError) as caught:
        portfolio.take(text, **options)
    assert (portfolio.keys(), portfolio.executions()) == ([], 0)
    return caught.value


def test_phones_and_a_status_are_read_by_the_words_of_their_headers(portfolio):
    portfolio.take(
        "codigo;nome;Telefone Principal;Telefone Secundario;Situação do contrato\n"
        "1;Ana;11999990001;;Bloqueado\n2;Bia;11999990002;1133334444;ativo\n"
    )
    assert portfolio.client("1")["status"] == "Bloqueado"
    assert portfolio.client("2")["phones"] == "11999990002;1133334444"


def test_a_file_without_a_phone_that_is_understood_stops_and_names_the_column(portfolio):
    error = refused(
        portfolio, "codigo;nome;Num A;valor\n1;Ana;11999990001;10,00\n2;Bia;(11) 3333-4444;20,00\n"
    )
    assert "column 3 (Num A)" in error.problems[0]
    assert '--map "Num A=phones"' in error.hint


def test_new_clients_of_a_file_without_any_phone_are_asked_about(portfolio):
    error = refused(portfolio, "codigo;nome;valor\n1;Ana;10,00\n")
    assert "no phone" in error.problems[0]
    portfolio.take("codigo;nome;valor\n1;Ana;10,00\n", yes=True)
    assert portfolio.client("1")["phones"] is None


@pytest.mark.parametrize(
    "header", ["Bloqueado?", "Não Ligar", "Situação Cadastral", "Status do telefone"]
)
def test_a_column_that_may_be_the_status_stops_the_file(portfolio, header):
    error = refused(portfolio, f"codigo;nome;fone;{header}\n1;Ana;11999990001;x\n")
    assert f"column 4 ({header})" in error.problems[0]
    assert "--map" in error.hint


def test_a_column_in_which_somebody_is_blocked_stops_the_file_whatever_its_header_says(portfolio):
    text = "codigo;nome;fone;Fase\n1;Ana;11999990001;Acordo\n2;Bia;11999990002;BLOQUEADO.\n"
    error = refused(portfolio, text)
    assert ("column 4 (Fase)" in error.problems[0], "line 3" in error.problems[0]) == (True, True)
    portfolio.take(text, maps=parse_maps(["fase=status"]))
    assert portfolio.client("2")["status"] == "BLOQUEADO."


def test_a_blocked_word_of_the_settings_is_found_too(portfolio):
    error = refused(
        portfolio, "codigo;nome;fone;Fase\n1;Ana;11999990001;juridico\n", blocked=("Jurídico",)
    )
    assert "Fase" in error.problems[0]


def test_a_file_without_a_key_shows_what_was_read_and_how_to_name_it(portfolio):
    error = refused(portfolio, "Ref;nome;fone\nA1;Ana;11999990001\n")
    assert "its headers are Ref, nome, fone" in error.message
    assert '--map "Ref=external_id"' in error.hint
    portfolio.take("Ref;nome;fone\nA1;Ana;11999990001\n", maps=parse_maps(["Ref=codigo"]))
    assert portfolio.keys() == ["A1"]


def test_a_title_above_the_headers_is_told_with_the_way_out(portfolio):
    error = refused(portfolio, "CARTEIRA BANCO XPTO;;\n;;\ncodigo;nome;fone\nA1;Ana;11999990001\n")
    assert "delete what stands above them" in error.hint
    assert "delete" not in refused(portfolio, "Ref;nome;fone\nA1;Ana;11999990001\n").hint


def test_a_first_line_that_is_a_client_is_not_shown(portfolio):
    error = refused(portfolio, "A1;Ana;11999990001\nA2;Bia;11999990002\n")
    assert "Ana" not in f"{error.message} {error.hint} {error.problems}"


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ("codigo;nome;Nome;fone", "name: column 2 (nome) and column 3 (Nome)"),
        (
            "codigo;nome;fone;status;Situação do contrato",
            "status: column 4 (status) and column 5 (Situação do contrato)",
        ),
        (
            "codigo;nome;fone;CPF do cliente;CPF do devedor",
            "cpf: column 4 (CPF do cliente) and column 5 (CPF do devedor)",
        ),
    ],
)
def test_two_columns_for_one_stop_the_file_until_one_is_named(portfolio, headers, problem):
    assert refused(portfolio, f"{headers}\n1;Ana;11999990001;;\n").problems == (problem,)
    last = headers.split(";")[-1] if headers.count("ome") < 2 else "Nome (2)"
    if last != "Nome (2)":
        portfolio.take(f"{headers}\n1;Ana;11999990001;;\n", maps=parse_maps([f"{last}=ignore"]))
        assert portfolio.keys() == ["1"]


def test_what_is_said_of_a_column_is_kept_for_files_with_the_same_headers(portfolio):
    text = "codigo;nome;fone;Fase\n1;Ana;11999990001;bloqueado\n"
    portfolio.take(text, maps=parse_maps(["Fase=status"]))
    again = portfolio.take(text.replace("1;Ana", "2;Bia").replace("0001", "0002"))
    assert dict(again.columns.remembered) == {"Fase": "status"}
    assert portfolio.client("2")["status"] == "bloqueado"
    with pytest.raises(ConfigurationError, match="not understood"):
        portfolio.take("codigo;nome;Fase;fone\n3;Eva;bloqueado;11999990003\n")  # other headers
    portfolio.take(text, maps=parse_maps(["Fase=ignore"]))
    assert portfolio.take(text).layout.ignored == {3}
    with pytest.raises(ConfigurationError, match="not understood"):
        portfolio.take(text, maps=parse_maps(["Fase=auto"]))


def test_a_column_that_is_ignored_is_not_stored_and_one_that_is_extra_is(portfolio):
    text = "codigo;nome;fone;Fase;Rota\n1;Ana;11999990001;bloqueado;9\n"
    portfolio.take(text, maps=parse_maps(["Fase=ignore", "Rota=extra"]))
    assert portfolio.client("1")["extra"] == '{"Rota":"9"}'
    assert portfolio.client("1")["status"] is None


@pytest.mark.parametrize("option", ["Fase", "=status", "Fase=farbe", "Fase="])
def test_an_option_that_names_no_column_is_refused(option):
    with pytest.raises(ConfigurationError) as caught:
        parse_maps([option])
    assert "--map" in caught.value.problems[0]


def test_an_option_for_a_header_that_the_file_does_not_have_is_refused(portfolio):
    error = refused(
        portfolio, "codigo;nome;fone\n1;Ana;11999990001\n", maps=parse_maps(["Fase=status"])
    )
    assert error.problems == ("--map: no column 'Fase'",)


def test_a_header_may_hold_an_equals_sign():
    assert parse_maps(["A=B=situação"]) == {"A=B": "status"}


def test_the_tables_are_made_before_a_file_is_judged(portfolio):
    with pytest.raises(ConfigurationError):
        portfolio.take("Ref;nome\n1;Ana\n")
    assert portfolio.query("SELECT COUNT(*) FROM clients") == [(0,)]


def test_the_command_stops_with_two_and_names_the_way_out(portfolio):
    file = str(portfolio.write("codigo;nome;fone;Fase\n1;Ana;11999990001;bloqueado\n"))
    app = portfolio.app()
    code, told = app.run("clients", "import", file)
    assert (code, '--map "Fase=status"' in told) == (2, True)
    code, told = app.run("clients", "import", file, "--map", "Fase=status")
    assert (
        code,
        "Kept in the database for the next file with these headers: Fase = status" in told,
    ) == (0, True)
    code, told = app.run("clients", "import", file)
    assert (code, "As named with an earlier file: Fase = status" in told) == (0, True)


def test_a_file_whose_only_key_is_the_document_says_so_and_fills_both(portfolio):
    text = "nome;CPF;fone\nAna;529.982.247-25;11999990001\nBia;1234567890;11999990002\n"
    error = refused(portfolio, text)
    assert '--map "CPF=external_id"' in error.hint
    for _ in range(2):
        portfolio.take(text, maps=parse_maps(["CPF=external_id"]))
        assert portfolio.keys() == ["01234567890", "52998224725"]
        assert portfolio.client("01234567890")["cpf"] == "01234567890"
