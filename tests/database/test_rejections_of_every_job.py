"""`rejected list | retry | export` over the jobs, on both databases: commands in this process, as
app.py would run them.
"""

from __future__ import annotations

import json

import pytest
from proof.machine import clear_environment

import robot.simulators.threec.mailing as answers
from robot.cli import main
from robot.simulators.threec import DEMO_TOKEN, Simulator

HEADERS = "id;nome;fone\n"
GOOD = "1;Ana Lima;11999998888\n"
IMPORT, EXPORT = "clients_import", "dialer_export"


@pytest.fixture
def simulator():
    with Simulator([]) as running:
        yield running


@pytest.fixture
def operator(database, simulator, tmp_path, capsys, monkeypatch):
    clear_environment(monkeypatch)
    monkeypatch.setenv("COLUMNS", "250")
    values = {
        "BASE_URL": simulator.url,
        "MANAGER_TOKEN": DEMO_TOKEN,
        "LOG_DIR": tmp_path / "logs",
        **database.variables,
    }
    env_file = tmp_path / "operator.env"

    class Operator:
        told = ""

        def use(self, **more):
            text = "".join(f"{name}='{value}'\n" for name, value in {**values, **more}.items())
            env_file.write_text(text, "utf-8")

        def run(self, *arguments):
            code = main(["--env-file", str(env_file), *map(str, arguments)])
            self.told = "".join(capsys.readouterr())
            return code

        def load(self, lines, headers=HEADERS):
            path = tmp_path / "carteira.csv"
            path.write_text(headers + lines, "utf-8")
            return self.run("clients", "import", path)

        def send(self):
            return self.run("export", "--campaign", "5", "--yes")

        def rejections(self, *columns):
            names = ", ".join(columns or ("job", "record_id", "resolved_execution_id"))
            return database.query(f"SELECT {names} FROM rejected_records ORDER BY id")

        def last_execution(self):
            return database.value("SELECT MAX(id) FROM execution_logs")

    operator = Operator()
    operator.use()
    return operator


@pytest.fixture
def refusing(monkeypatch):
    """The dialer answers 422 to a request that holds one of these identifiers."""
    refused: set[str] = set()
    usual = answers.invalid_items

    def invalid(content):
        return (
            {"phone": ["inválido"]}
            if any(item["identifier"] in refused for item in content)
            else usual(content)
        )

    monkeypatch.setattr(answers, "invalid_items", invalid)
    return refused


def test_a_line_of_an_import_is_listed_with_its_job_and_place_and_without_personal_data(operator):
    assert operator.load(GOOD + "2;Bia Souza;999\n") == 3
    assert "(first in line 3, column 3 (" in operator.told
    for options in ((), ("--job", IMPORT)):
        assert operator.run("rejected", "list", *options) == 0
        assert IMPORT in operator.told
        assert "(line 3 of" in " ".join(operator.told.replace("│", " ").split())
        assert "Bia" not in operator.told
    assert operator.run("rejected", "list", "--job", "calls") == 0
    assert "No rejection of calls is open." in operator.told


def test_a_retry_says_what_to_do_and_that_it_is_not_done(operator):
    operator.load(GOOD + "2;Bia;999\n")
    before = operator.last_execution()
    for options in ((), ("--job", IMPORT)):
        assert operator.run("rejected", "retry", *options) == 3
        assert "Correct the line of 2 in the file" in operator.told
        assert "python app.py clients import FILE" in operator.told
    assert operator.run("rejected", "retry", "--job", "calls") == 0
    assert operator.last_execution() == before  # nothing was executed, and no history claims so
    assert operator.rejections() == [(IMPORT, "2", None)]


def test_the_import_of_the_corrected_line_is_written_beside_its_rejection(operator):
    operator.load(GOOD + "2;Bia;999\n")
    assert operator.load(GOOD + "2;Bia;11988887777\n") == 0
    assert operator.rejections() == [(IMPORT, "2", operator.last_execution())]
    assert operator.run("rejected", "retry") == 0
    assert "No rejection is open." in operator.told
    operator.run("rejected", "list", "--all")
    assert f"execution {operator.last_execution()}" in operator.told


@pytest.mark.parametrize("wrong", ["", "x" * 51])
def test_a_line_without_a_usable_id_is_settled_by_the_same_line_with_one(operator, wrong):
    operator.load(GOOD + f"{wrong};Bia;11988887777\n")
    # another phone: somebody else
    assert operator.load(GOOD + "2;Bia;11988887776\n", "Id;Nome;Fone\n") == 0
    assert operator.rejections("resolved_execution_id") == [(None,)]
    assert operator.load("3;Bia;11988887777\n", "Id;Nome;Fone\n") == 0
    assert operator.rejections("resolved_execution_id") == [(operator.last_execution(),)]


@pytest.mark.parametrize(
    "lines", [";Ana Lima;11999998888\n" + GOOD, GOOD + ";Ana Lima;11999998888\n"]
)
def test_a_line_that_the_file_still_holds_is_not_settled_by_its_neighbour(operator, lines):
    for _ in range(2):
        assert operator.load(lines) == 3
        assert operator.rejections() == [(IMPORT, None, None)]


def test_an_id_that_occurs_twice_is_settled_by_a_file_in_which_it_occurs_once(operator):
    for _ in range(2):
        assert operator.load(GOOD + "1;Outra;11977776666\n") == 3
        assert operator.rejections() == [(IMPORT, "1", None)]
    assert operator.load(GOOD) == 0
    assert operator.rejections() == [(IMPORT, "1", operator.last_execution())]


def test_an_id_that_the_database_takes_for_anothers_is_told_by_the_import(operator, database):
    """A server's collation may ignore case; SQLite's does not."""
    ignores_case = database.value("SELECT CASE WHEN 'a' = 'A' THEN 1 ELSE 0 END") == 1
    code = operator.load("a1;Ana;11999998888\nA1;Bia;11988887777\n")
    stored = database.value("SELECT COUNT(*) FROM clients")
    assert (code, stored, len(operator.rejections())) == ((3, 1, 1) if ignores_case else (0, 2, 0))
    assert ("1 x the database takes the external_id" in operator.told) is ignores_case


def test_a_contact_that_the_dialer_refuses_is_kept_listed_and_settled_by_the_export_that_sends_it(
    operator, refusing
):
    operator.load(GOOD + "2;Bia Souza;11988887777\n")
    refusing.add("2")
    assert operator.send() == 3
    assert operator.rejections() == [(EXPORT, "2", None)]
    assert operator.run("rejected", "list", "--job", EXPORT) == 0
    assert '"campaign_id": 5' in operator.told
    assert "11988887777" not in operator.told
    assert operator.run("rejected", "retry") == 3
    assert "python app.py export --campaign 5 --ids 2" in operator.told
    assert operator.send() == 3  # still refused: one rejection, not two
    assert operator.rejections() == [(EXPORT, "2", None)]
    refusing.clear()
    # another campaign's word does not settle it
    assert operator.run("export", "--campaign", "6", "--yes") == 0
    assert operator.rejections() == [(EXPORT, "2", None)]
    assert operator.run("export", "--campaign", "5", "--ids", "2", "--yes") == 0
    assert operator.rejections() == [(EXPORT, "2", operator.last_execution())]


def test_the_export_to_a_file_holds_every_job_or_the_one_asked_for(operator, refusing, tmp_path):
    operator.load(GOOD + "2;Bia;999\n")
    refusing.add("1")
    operator.send()

    def written(*options):
        file = tmp_path / f"rejected{len(options)}.jsonl"
        assert operator.run("rejected", "export", file, *options) == 0
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    assert [(line["job"], line["record_id"]) for line in written()] == [
        (IMPORT, "2"),
        (EXPORT, "1"),
    ]
    (line,) = written("--job", EXPORT)
    assert json.loads(line["payload"])["contacts"][0]["phone"] == "11999998888"


def test_records_of_the_companys_own_table_are_kept_until_its_query_gives_them_no_more(
    operator, tmp_path
):
    def write(*people):
        lines = [
            f"SELECT '{number}' AS id, '{name}' AS nome, '{phone}' AS fone"
            for number, name, phone in people
        ]
        (tmp_path / "q.sql").write_text(" UNION ALL ".join(lines), "utf-8")

    operator.use(CLIENTS_QUERY_FILE=tmp_path / "q.sql")
    write(("1", "Ana Lima", "11999998888"), ("2", "Bia Souza", "999"), ("", "Cid", "11977776666"))
    assert operator.run("export", "--campaign", "5", "--dry-run") == 0
    assert "rejected, no client: 1 no phone" in operator.told
    assert operator.rejections() == []  # a look changes nothing
    for _ in range(2):
        # a table that others keep is never quite clean: no error of the export
        assert operator.send() == 0
        assert operator.rejections() == [
            ("clients_query", "2", None),
            ("clients_query", None, None),
        ]
    assert operator.run("rejected", "retry", "--job", "clients_query") == 3
    assert "Correct the record of 2 in the table that CLIENTS_QUERY_FILE reads" in operator.told
    assert "Bia" not in operator.told
    write(
        ("1", "Ana Lima", "11999998888"),
        ("2", "Bia Souza", "11988887777"),
        ("", "Cid", "11977776666"),
    )
    operator.send()
    assert operator.rejections() == [
        ("clients_query", "2", operator.last_execution()),
        ("clients_query", None, None),
    ]


@pytest.mark.parametrize("command", ["list", "retry", "export"])
def test_a_job_that_is_none_is_named_and_exits_with_2(operator, command, tmp_path):
    file = [tmp_path / "new.jsonl"] if command == "export" else []
    assert operator.run("rejected", command, *file, "--job", "chamadas") == 2
    assert "--job" in operator.told
    assert "clients_import" in operator.told
    assert not (tmp_path / "new.jsonl").exists()
