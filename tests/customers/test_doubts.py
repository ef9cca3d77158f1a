"""What must be told before it is stored: customers that are probably known under another key."""

import pytest

from robot.errors import ConfigurationError, Interrupted

KNOWN = "codigo;nome;cpf;telefone\n00123;Ana;52998224725;11999990001\n77;Bia;;11999990002\n"


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        (
            "123;Ana Paula;;11999990009",
            "differ from known keys only by zeros at the beginning: 123 (line 2) and 00123",
        ),
        ("0077;Eva;;11999990009", "only by zeros at the beginning: 0077 (line 2) and 77"),
        (
            "500;Ana P.;529.982.247-25;11999990009",
            "have the CPF/CNPJ of known customers: 500 (line 2) and 00123",
        ),
        (
            "501; BIA\u200b ;;(11) 99999-0002",
            "have the name and a phone of known customers: 501 (line 2) and 77",
        ),
    ],
)
def test_somebody_who_is_probably_known_is_told_and_nothing_is_stored(portfolio, line, doubt):
    portfolio.take(KNOWN)
    before = portfolio.executions()
    text = f"codigo;nome;cpf;telefone\n{line}\n900;Rui;;11999990008\n"
    with pytest.raises(ConfigurationError) as caught:
        portfolio.take(text)
    (problem,) = caught.value.problems
    assert doubt in problem
    assert "--yes" in caught.value.hint
    assert (portfolio.keys(), portfolio.executions()) == (["00123", "77"], before)
    portfolio.take(text, yes=True)
    assert len(portfolio.keys()) == 4


def test_a_file_of_known_and_really_new_customers_asks_nothing(portfolio):
    portfolio.take(KNOWN)
    portfolio.take(KNOWN + "78;Bia;;11999990007\n79;Rui;;11999990002\n")
    assert portfolio.doubts == []
    assert portfolio.keys() == ["00123", "77", "78", "79"]


def test_a_first_import_asks_nothing(portfolio):
    portfolio.take(KNOWN + "123;Ana;52998224725;11999990001\n")
    assert portfolio.keys() == ["00123", "123", "77"]


def test_many_doubts_are_counted_and_a_few_are_shown(portfolio):
    lines = [f"{key};C{key};;119{70000000 + key}" for key in range(1, 31)]
    portfolio.take("\n".join(["codigo;nome;cpf;telefone", *lines]))
    portfolio.take(
        "\n".join(["codigo;nome;cpf;telefone", *(f"000{line}" for line in lines)]), yes=True
    )
    (doubt,) = portfolio.doubts
    assert doubt.startswith("30 new customer(s)")
    assert doubt.endswith("and 25 more.")


def test_the_command_stops_with_two_without_a_terminal_and_goes_on_with_yes(portfolio):
    portfolio.take(KNOWN)
    file = str(portfolio.write("codigo;nome;telefone\n123;Ana;11999990001\n"))
    app = portfolio.app()
    code, told = app.run("clients", "import", file)
    assert (code, "123 (line 2) and 00123" in told, "--yes" in told) == (2, True, True)
    assert portfolio.keys() == ["00123", "77"]
    code, _ = app.run("clients", "import", file, "--yes")
    assert (code, portfolio.keys()) == (0, ["00123", "123", "77"])


def test_a_key_that_is_not_known_for_sure_is_nobody_new(portfolio):
    portfolio.take(KNOWN)
    result = portfolio.take("codigo;status\n77;acordo\n7,00001E+15;acordo\n")
    assert (result.ending.failed, portfolio.client("77")["status"]) == (1, "acordo")


def test_the_look_at_the_file_stops_when_it_is_asked_to(portfolio):
    portfolio.take(KNOWN)
    portfolio.stop.set()
    with pytest.raises(Interrupted):
        portfolio.take("codigo;nome;telefone\n123;Ana;11999990001\n")
