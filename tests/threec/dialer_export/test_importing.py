"""`clients import`: a file into the table, as often as one likes."""

import pytest

from robot.database.statuses import ExecutionStatus
from robot.errors import ConfigurationError, ExitCode

FILE = "Código;Nome;Telefone;Valor\n1;Ana;11999998888;1.150,00\n2;Zé;1133334444;10\n"


def test_a_second_import_of_the_same_file_writes_nothing(desk):
    first, second = desk.import_text(FILE).ending, desk.import_text(FILE).ending
    assert (first.counts.inserted, first.status) == (2, ExecutionStatus.COMPLETED_SUCCESS)
    assert (second.counts.inserted, second.counts.updated, second.counts.unchanged) == (0, 0, 2)
    assert desk.rows(
        "SELECT external_id, name, phones, open_amount FROM clients ORDER BY external_id"
    ) == [
        ("1", "Ana", "11999998888", "1150.00"),
        ("2", "Zé", "1133334444", "10.00"),
    ]


def test_only_a_client_that_changed_is_updated(desk):
    desk.import_text(FILE)
    ending = desk.import_text(FILE.replace("Zé", "José")).ending
    assert (ending.counts.inserted, ending.counts.updated, ending.counts.unchanged) == (0, 1, 1)


def test_a_line_that_cannot_be_a_client_is_kept_counted_and_stops_nobody(desk):
    result = desk.import_text(FILE + "3;;11999998888;1\n4;Bia;999;1\n")
    assert (result.ending.exit_code, result.ending.failed, result.ending.successful) == (
        ExitCode.WITH_ERRORS,
        2,
        2,
    )
    kept = desk.rows("SELECT job, record_id, reason FROM rejected_records ORDER BY id")
    assert [(job, record_id) for job, record_id, _ in kept] == [
        ("clients_import", "3"),
        ("clients_import", "4"),
    ]
    assert desk.rows("SELECT job, status, failed_records FROM execution_logs") == [
        ("clients_import", "COMPLETED_WITH_ERRORS", 2)
    ]


def test_a_rejection_is_settled_by_the_import_of_the_corrected_file(desk):
    desk.import_text(FILE + "4;Bia;999;1\n")
    desk.import_text(FILE + "4;Bia;999;1\n")
    assert desk.rows("SELECT COUNT(*) FROM rejected_records WHERE resolved_at IS NULL") == [(1,)]
    desk.import_text(FILE + "4;Bia;11999998888;1\n")
    assert desk.rows("SELECT COUNT(*) FROM rejected_records WHERE resolved_at IS NULL") == [(0,)]


def test_an_id_that_occurs_twice_with_other_values_is_a_rejection_and_with_the_same_none(desk):
    result = desk.import_text(FILE + "1;Ana;11999998888;1.150,00\n2;Outro;1133334444;10\n")
    assert result.ending.failed == 1
    assert desk.rows("SELECT name FROM clients WHERE external_id = '2'") == [("Zé",)]
    desk.import_text(FILE + "2;Outro;1133334444;10\n")
    assert desk.rows("SELECT COUNT(*) FROM rejected_records WHERE resolved_at IS NULL") == [(1,)]


@pytest.mark.parametrize("text", ["", "nome;fone\nA;1\n", "id;fone\n1;1\n"])
def test_a_file_without_what_is_needed_is_told_before_anything_is_written(desk, text):
    with pytest.raises(ConfigurationError):
        desk.import_text(text)
    assert desk.rows("SELECT COUNT(*) FROM execution_logs") == [(0,)]


def test_a_large_file_is_stored_in_batches(desk):
    desk.add_clients(4500)
    assert desk.rows("SELECT COUNT(*) FROM clients") == [(4500,)]


def test_a_quote_that_is_never_closed_refuses_the_file_and_nothing_is_written(desk):
    desk.import_text(FILE)
    with pytest.raises(ConfigurationError, match="line 2 is never closed"):
        desk.import_text('Código;Nome;Telefone;Valor\n1;"Ana;11999998888;1\n2;José;1133334444;10\n')
    assert desk.rows("SELECT name FROM clients ORDER BY external_id") == [("Ana",), ("Zé",)]
    assert desk.rows("SELECT COUNT(*) FROM execution_logs") == [(1,)]


@pytest.mark.parametrize("line", ['3;"Bia;1133335555;10', '"3;Bia;1133335555;10'])
def test_a_line_that_swallowed_others_is_kept_whole_and_settled_by_the_corrected_file(desk, line):
    swallowed = '4;Eva;1133336666;1\n5;"Rui";1133337777;1\n'
    rest = '6;"Lia";123;1\n'
    result = desk.import_text(f"{FILE}{line}\n{swallowed}{rest}")
    assert (result.ending.exit_code, result.ending.failed, result.ending.successful) == (
        ExitCode.WITH_ERRORS,
        2,
        2,
    )
    assert "2 more line(s) of the file stand inside rejected ones" in result.ending.message
    kept = desk.rows("SELECT record_id, reason, payload FROM rejected_records ORDER BY id")
    assert [record_id for record_id, _, _ in kept] == ["3", "6"]
    assert "(line 4 of clients.csv, with 2 more line(s) inside it)" in kept[0][1]
    assert "(line 7 of clients.csv)" in kept[1][1]
    assert [
        value
        for value in ("Bia", "1133335555", "Eva", "1133336666", "Rui", "1133337777")
        if value not in kept[0][2]
    ] == []
    desk.import_text(
        f"{FILE}{line.replace(chr(34), '')}\n{swallowed}{rest.replace('123', '1133338888')}"
    )
    assert desk.rows("SELECT COUNT(*) FROM rejected_records WHERE resolved_at IS NULL") == [(0,)]
    assert desk.rows("SELECT COUNT(*) FROM clients") == [(6,)]


def test_a_cell_of_several_lines_is_imported_and_the_lines_after_it_keep_their_numbers(desk):
    result = desk.import_text(
        'id;nome;endereço;fone\n1;Ana;"Rua A, 10\nCasa 2";11999998888\n2;Zé;;123\n'
    )
    assert (result.ending.successful, result.ending.failed, list(result.tally.first.values())) == (
        1,
        1,
        ["line 4, column 4 (fone)"],
    )
    assert "Casa 2" in desk.rows("SELECT address FROM clients")[0][0]


def test_headers_that_swallowed_a_line_refuse_the_file(desk):
    with pytest.raises(ConfigurationError, match=r"quote in its headers \(line 1\)"):
        desk.import_text('id;nome;"obs;fone\n1;Ana;"x";11999998888\n2;Zé;y;1133334444\n')
    assert desk.rows("SELECT COUNT(*) FROM execution_logs") == [(0,)]


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ("Código;Nome;Código", "external_id: column 1 (Código) and column 3 (Código)"),
        ("id;Nome;Contrato", "external_id: column 1 (id) and column 3 (Contrato)"),
        ("id;nome;DDD;Fone;ddd;Celular", "ddd: column 3 (DDD) and column 5 (ddd)"),
    ],
)
def test_two_columns_of_which_only_one_can_be_meant_refuse_the_file(desk, headers, problem):
    with pytest.raises(ConfigurationError) as caught:
        desk.import_text(f"{headers}\n1;Ana;2;;;\n")
    assert caught.value.problems == (problem,)
    assert desk.rows("SELECT COUNT(*) FROM execution_logs") == [(0,)]
