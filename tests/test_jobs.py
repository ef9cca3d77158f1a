"""The one list of jobs, over the real command line: what each command does with `--job`."""

from __future__ import annotations

import ast
import json
from datetime import date
from pathlib import Path

import pytest
from proof.machine import clear_environment

from robot import jobs
from robot.cli import main
from robot.database.ownership import needed_by
from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls
from robot.sync.kinds import ReadingJob, SendingJob, StartedJob

ROOT = Path(__file__).resolve().parent.parent
ALL = "calls, dialer_export, clients_import, clients_query, take_over"
STARTED = "calls, dialer_export"


@pytest.fixture
def simulator():
    with Simulator([]) as running:
        yield running


class Operator:
    """Runs the robot in this process; what it printed is in `told`."""

    def __init__(self, folder, database, simulator, capsys):
        self._env_file = folder / "operator.env"
        self._capsys = capsys
        self._given = {
            "BASE_URL": simulator.url,
            "MANAGER_TOKEN": DEMO_TOKEN,
            "LOG_DIR": folder / "logs",
            **database.variables,
        }
        self.told = ""
        self.write()

    def write(self, **values):
        lines = (f"{name}='{value}'\n" for name, value in {**self._given, **values}.items())
        self._env_file.write_text("".join(lines), "utf-8")

    def run(self, *arguments):
        code = main(["--env-file", str(self._env_file), *map(str, arguments)])
        told = self._capsys.readouterr()
        self.told = told.out + told.err
        return code

    def json(self, *arguments):
        main(["--env-file", str(self._env_file), *map(str, arguments), "--json"])
        return json.loads(self._capsys.readouterr().out)


@pytest.fixture
def operator(database, simulator, tmp_path, capsys, monkeypatch):
    clear_environment(monkeypatch)
    return Operator(tmp_path, database, simulator, capsys)


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("command", "known"),
    [
        ("run", STARTED),
        ("audit", "calls"),
        ("demo", "calls"),
        ("status", ALL),
        ("rejected list", ALL),
        ("rejected retry", ALL),
        ("rejected export none.jsonl", ALL),
    ],
)
def test_an_unknown_job_ends_with_2_and_the_names_of_the_known(operator, command, known):
    assert operator.run(*command.split(), "--job", "call") == 2
    assert f"--job: read 'call'; expected one of {known}" in words(operator.told)


@pytest.mark.parametrize("command", ["audit", "demo"])
def test_a_job_that_reads_nothing_is_neither_audited_nor_shown(operator, command):
    assert operator.run(command, "--job", "dialer_export") == 2
    assert "expected one of calls" in words(operator.told)


def test_run_without_a_job_is_run_of_the_calls(operator, simulator):
    day = "2026-09-15"
    simulator.replace_calls(make_calls([date.fromisoformat(day)], 5))
    assert operator.run("run", "--start", day, "--end", day) == 0
    assert operator.run("run", "--job", "calls", "--start", day, "--end", day) == 0
    executions = operator.json("status", "--job", "calls")["executions"]
    assert [line["total_records"] for line in executions] == [5, 5]


@pytest.mark.parametrize("job", ["calls", "dialer_export"])
def test_a_job_of_3c_plus_needs_its_token(operator, job):
    operator.write(MANAGER_TOKEN="")
    assert operator.run("run", "--job", job) == 2
    assert "MANAGER_TOKEN: is empty" in operator.told


def test_what_asks_no_system_needs_no_token(operator):
    operator.write(MANAGER_TOKEN="")
    assert operator.run("status") == 0
    assert operator.run("status", "--job", "clients_import") == 0
    assert operator.run("rejected", "list", "--job", "calls") == 0


def test_a_sending_job_takes_no_options_of_a_reading(operator):
    assert operator.run("run", "--job", "dialer_export", "--start", "2026-09-15") == 2
    assert "--start: read '2026-09-15'; dialer_export takes no such option" in words(operator.told)


def test_a_sending_job_without_its_campaign_sends_nothing(operator, simulator):
    assert operator.run("run", "--job", "dialer_export") == 2
    assert "EXPORT_CAMPAIGN_ID is empty" in operator.told
    assert simulator.requests == []


def test_run_sends_what_the_settings_ask_for(operator, simulator, tmp_path):
    (tmp_path / "clients.csv").write_text("id;nome;fone\n1;Ana;11999990001\n", "utf-8")
    assert operator.run("clients", "import", tmp_path / "clients.csv") == 0
    operator.write(EXPORT_CAMPAIGN_ID=5, EXPORT_LIST="Carteira")
    assert operator.run("run", "--job", "dialer_export") == 0
    (contacts,) = simulator.lists.all()
    assert contacts.name == "Carteira"
    told = operator.json("status", "--job", "dialer_export")
    assert told["executions"][0]["contacts"]["sent"] == 1


def test_status_of_one_job_tells_of_nothing_else(operator, tmp_path):
    (tmp_path / "clients.csv").write_text("id;nome;fone\n1;Ana;11999990001\n", "utf-8")
    assert operator.run("clients", "import", tmp_path / "clients.csv") == 0
    assert operator.run("status", "--job", "clients_import") == 0
    assert "The last executions of the import of clients" in operator.told
    assert "Days complete" not in operator.told
    told = operator.json("status", "--job", "clients_import")
    assert sorted(told) == ["database", "executions", "job"]
    (line,) = told["executions"]
    assert line["status"] == "COMPLETED_SUCCESS"
    assert "import of clients" not in operator.json("status")


@pytest.mark.parametrize("job", jobs.JOBS, ids=lambda job: job.name)
def test_the_database_asks_for_the_tables_that_the_job_names(job):
    names = {*(table.name for table in job.tables), *job.views}
    assert needed_by(job.name) - needed_by(None) == names


def test_no_job_is_listed_twice():
    names = jobs.names()
    assert sorted(set(names)) == sorted(names)


def test_every_health_check_is_that_of_one_job():
    started = jobs.of_kind(StartedJob)
    settings = [job.health_setting for job in started if job.health_setting]
    assert sorted(set(settings)) == sorted(settings)


def test_the_kinds_are_as_they_are_told_in_the_design():
    assert jobs.names(ReadingJob) == ["calls"]
    assert jobs.names(SendingJob) == ["dialer_export"]


def test_no_other_file_of_the_commands_keeps_a_list_of_jobs():
    names = set(jobs.names())
    for path in sorted((ROOT / "robot" / "commands").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
                texts = {
                    part.value
                    for part in ast.iter_child_nodes(node)
                    if isinstance(part, ast.Constant)
                }
                assert len(texts & names) < 2, f"{path.name}: {texts & names}"
