"""Exports under somebody else's clock: `schedule --once`, which a task runs, and `export
scheduled`.
"""

import json
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from end_to_end.support_app import App

from robot.errors import ExitCode, FatalError
from robot.operations.due import Due, one_after_the_other
from robot.operations.scheduler import Memory
from robot.settings import IsolatedSettings
from robot.simulators.threec import DEMO_TOKEN

ZONE = ZoneInfo("America/Sao_Paulo")
CRON = "0 8 * * 1-5"


class Task:
    """A task that runs `schedule --once`, with a clock that is moved by hand."""

    def __init__(self, **settings):
        self.settings = IsolatedSettings(
            **{"export_cron": CRON, "export_campaign_id": 5, **settings}
        )
        self.now = datetime(2026, 9, 17, 2, 0, tzinfo=ZONE)  # a Thursday
        self.kept = None
        self.stop = threading.Event()
        self.exports = []
        self.calls = lambda: ExitCode.SUCCESS
        self.code = ExitCode.SUCCESS

    def memory(self):
        return Memory(lambda: self.kept, lambda value: setattr(self, "kept", value))

    def export(self):
        self.exports.append(f"{self.now:%a %H:%M}")
        return self.code

    def due(self):
        return Due(self.settings.export_cron, self.memory(), lambda: self.now, self.stop)

    def run(self, **later):
        self.now += timedelta(**later)
        return one_after_the_other([self.calls, lambda: self.due().run(self.export)])


def test_what_came_due_since_the_last_run_is_exported_once():
    task = Task()
    for _ in range(7):  # Thursday to Wednesday, at two in the morning
        task.run()
        task.run()
        task.now += timedelta(days=1)
    assert task.exports == ["Fri 02:00", "Sat 02:00", "Tue 02:00", "Wed 02:00"]


def test_a_task_of_every_hour_exports_at_the_hour_itself():
    task = Task()
    for _ in range(48):
        task.run(hours=1)
    assert task.exports == ["Thu 08:00", "Fri 08:00"]


@pytest.mark.parametrize(
    "kept",
    [None, "no JSON", "[]", json.dumps({"cron": "0 9 * * *", "zone": str(ZONE), "last": "x"})],
)
def test_nothing_is_due_at_the_first_run_under_a_schedule(kept):
    task = Task()
    task.kept = kept
    task.run(days=10)
    assert task.exports == []
    task.run(days=2)
    assert len(task.exports) == 1


def test_without_a_schedule_nothing_is_exported_or_remembered():
    task = Task(export_cron="")
    assert task.run() is ExitCode.SUCCESS
    assert (task.exports, task.kept) == ([], None)


def test_after_an_export_by_its_own_task_none_is_due():
    task = Task()
    task.run()
    task.due().mark_done(task.now + timedelta(hours=6))
    task.run(days=1)
    assert task.exports == []


def test_an_interrupted_export_is_made_up_for():
    task = Task()
    task.run()
    task.export = lambda: task.stop.set() or ExitCode.INTERRUPTED
    assert task.run(days=1) is ExitCode.INTERRUPTED
    task.stop.clear()
    del task.export
    task.run()
    assert task.exports == ["Fri 02:00"]


def test_calls_that_fail_do_not_keep_the_export_back_and_are_told_first():
    task = Task()
    task.run()
    task.code = ExitCode.WITH_ERRORS
    task.calls = lambda: ExitCode.FAILED
    assert task.run(days=1) is ExitCode.FAILED

    def broken():
        raise FatalError("The API is down.")

    task.calls = broken
    with pytest.raises(FatalError):
        task.run(days=1)
    task.calls = lambda: ExitCode.SUCCESS
    assert task.exports == ["Fri 02:00", "Sat 02:00"]
    assert task.run(days=3) is ExitCode.WITH_ERRORS


@pytest.fixture
def app(desk, tmp_path):
    desk.import_text("id;nome;fone;uf\n1;Ana;11999990001;SP\n2;Bia;21999990002;RJ\n")
    settings = {
        "EXPORT_CRON": "0 8 * * *",
        "EXPORT_CAMPAIGN_ID": 5,
        "EXPORT_LIST": "Carteira {date}",
        "EXPORT_UF": "SP",
    }
    return desk.app(tmp_path, **settings)


def test_the_task_exports_what_came_due(app, desk):
    code, told = app.run("schedule", "--once", clock="2026-09-20 02:00:00")
    assert (code, desk.received()) == (0, []), told
    code, told = app.run("schedule", "--once", clock="2026-09-21 02:00:00")
    assert (code, desk.received()) == (0, ["1"]), told
    assert [each.name for each in desk.simulator.lists.all()] == ["Carteira 2026-09-21"]


def test_an_export_by_its_own_task_sends_now_what_the_settings_ask_for(app, desk):
    code, told = app.run("export", "scheduled")
    assert (code, desk.received()) == (0, ["1"]), told
    assert "COMPLETED_SUCCESS" in told
    kept = json.loads(
        desk.rows("SELECT value FROM robot_state WHERE name = 'schedule.dialer_export'")[0][0]
    )
    assert kept["cron"] == "0 8 * * *"


def test_check_says_when_exports_are_due_and_who_sends_them(app):
    _, told = app.run("check")
    assert 'a task that runs "python app.py schedule --once" at its first run after them' in told


def test_a_scheduled_export_without_a_campaign_is_told(tmp_path):
    code, told = App(tmp_path, MANAGER_TOKEN=DEMO_TOKEN).run("export", "scheduled")
    assert (code, "EXPORT_CAMPAIGN_ID" in told) == (2, True)
