"""A line with a total below the customers is none of them, and no rejection."""

import pytest

from robot.errors import ExitCode

CLIENTS = "codigo;nome;telefone;valor\n1;Ana;11999990001;10,00\n2;Bia;11999990002;20,00\n"


@pytest.mark.parametrize(
    "line",
    [
        "TOTAL;;;30,00",
        ";Total:;;R$ 30,00",
        "Total geral;;;30,00",
        ";;;Total",
        "Total de clientes;;;2",
    ],
)
def test_a_line_with_a_total_is_left_out_and_counted(portfolio, line):
    result = portfolio.take(f"{CLIENTS}{line}\n")
    assert (result.ending.exit_code, result.ending.total) == (ExitCode.SUCCESS, 2)
    assert (result.tally.totals, portfolio.keys()) == (1, ["1", "2"])


def test_a_total_in_a_workbook_is_left_out(portfolio):
    rows = [["codigo", "nome", "valor"], [1, "Ana", 10], [2, "Bia", 20], ["Total", None, 30]]
    result = portfolio.take(portfolio.workbook(rows), yes=True)
    assert (result.ending.exit_code, portfolio.keys()) == (ExitCode.SUCCESS, ["1", "2"])


def test_a_total_below_a_file_without_names_is_no_new_customer(portfolio):
    portfolio.take(CLIENTS)
    result = portfolio.take("codigo;valor\n1;11,00\nTOTAL;11,00\n")
    assert (result.tally.totals, portfolio.client("1")["open_amount"]) == (1, "11.00")


@pytest.mark.parametrize(
    ("line", "keys"),
    [("3;Total;11999990003;5,00", ["1", "2", "3"]), ("TOTAL;Total;;5,00", ["1", "2", "TOTAL"])],
)
def test_a_customer_of_that_name_is_one(portfolio, line, keys):
    portfolio.take(f"{CLIENTS}{line}\n")
    assert portfolio.keys() == keys


@pytest.mark.parametrize(
    "line", [";Total;11999990003;5,00", "3;Total;;1,150", "TOTAL;;;abc", "Total Energia;;;5,00"]
)
def test_what_may_be_a_customer_is_a_rejection(portfolio, line):
    result = portfolio.take(f"{CLIENTS}{line}\n")
    assert (result.ending.exit_code, result.tally.totals) == (3, 0)
