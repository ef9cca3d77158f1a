"""`status` tells of the exports, on both databases: a command in this process, as app.py would run
it.
"""

from __future__ import annotations

import json

import pytest
from proof.machine import clear_environment

from robot.cli import main
from robot.simulators.threec import DEMO_TOKEN, Fault, Simulator

SYNC = "/mailing_sync.json"


@pytest.fixture
def simulator():
    with Simulator([]) as running:
        yield running


@pytest.fixture
def operator(database, simulator, tmp_path, capsys, monkeypatch):
    """A company with 150 clients; the dialer takes them in chunks of 100."""
    clear_environment(monkeypatch)
    env_file = tmp_path / "operator.env"
    given = {
        "BASE_URL": simulator.url,
        "MANAGER_TOKEN": DEMO_TOKEN,
        "LOG_DIR": tmp_path / "logs",
        **database.variables,
    }

    class Operator:
        told = ""

        def write(self, **values):
            env_file.write_text(
                "".join(f"{name}='{value}'\n" for name, value in {**given, **values}.items()),
                "utf-8",
            )

        def run(self, *arguments):
            code = main(["--env-file", str(env_file), *map(str, arguments)])
            self.told = capsys.readouterr().out
            return code

        def status(self):
            """The JSON's part about the exports, and the text for a person."""
            assert self.run("status") == 0
            text = self.told
            assert self.run("status", "--json") == 0
            return json.loads(self.told)["exports"], text

    operator = Operator()
    operator.write()
    (tmp_path / "clients.csv").write_text(
        "id;nome;fone\n" + "".join(f"{n};Cliente {n};119{70000000 + n}\n" for n in range(150)),
        "utf-8",
    )
    assert operator.run("clients", "import", tmp_path / "clients.csv") == 0
    return operator


def test_nothing_is_said_of_exports_where_there_are_none(operator):
    exports, text = operator.status()
    assert exports == {
        "executions": [],
        "open_contacts": {"pending": 0, "in flight": 0, "unknown": 0},
        "next_run": None,
    }
    assert "exports to the dialer" not in text
    assert "Next export" not in text
    assert "Contacts" not in text


def test_each_export_is_told_with_what_became_of_its_contacts(operator, simulator):
    simulator.lists.blocked = {"11970000149"}
    # the first hundred are stored, and the answer is lost
    simulator.use_faults([Fault("status_500_after", path=SYNC)])
    assert operator.run("export", "--campaign", "5", "--yes") == 3
    exports, text = operator.status()
    (line,) = exports["executions"]
    assert (line["status"], line["campaign_ids"]) == ("COMPLETED_WITH_ERRORS", "5")
    assert line["contacts"] == {
        "sent": 50,
        "filtered": 0,
        "rejected": 0,
        "unknown": 100,
        "pending": 0,
    }
    assert exports["open_contacts"] == {"pending": 0, "in flight": 0, "unknown": 100}
    assert "Contacts of unknown outcome: 100" in text
    assert operator.run("export", "resolve", "--as", "sent") == 0
    exports, text = operator.status()
    assert [line["contacts"]["sent"] for line in exports["executions"]] == [0, 150]
    assert "resolve" in text
    assert "Contacts of unknown" not in text


def test_contacts_that_wait_are_told_with_what_sends_them(operator, simulator):
    simulator.use_faults([Fault("status_401", path=SYNC, times=None)])
    assert operator.run("export", "--campaign", "5", "--yes") == 1
    exports, text = operator.status()
    assert exports["open_contacts"]["pending"] == 150
    assert exports["executions"][0]["contacts"]["pending"] == 100  # one request was tried
    assert "Contacts pending: 150" in text


@pytest.mark.parametrize(
    ("mode", "shown"), [("scheduled", "08:00"), ("manual", "none (EXECUTION_MODE is manual)")]
)
def test_the_next_export_is_told_when_one_is_on_the_schedule(operator, mode, shown):
    operator.write(EXPORT_CRON="0 8 * * *", EXPORT_CAMPAIGN_ID=5, EXECUTION_MODE=mode)
    exports, text = operator.status()
    told = next(line for line in text.splitlines() if line.startswith("Next export:"))
    assert shown in told
    assert ((exports["next_run"] or "")[11:16] == "08:00") is (mode == "scheduled")
