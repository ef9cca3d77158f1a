"""Exports by themselves: EXPORT_CRON beside CRON_SCHEDULE, in one loop."""

import threading
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from end_to_end.support_app import App

from robot.operations.scheduler import Agenda, Memory, Timetable
from robot.simulators.threec import DEMO_TOKEN

ZONE = ZoneInfo("America/Sao_Paulo")


class Hand:
    """A clock that is moved by hand, and timetables that remember in a dictionary."""

    def __init__(self):
        self.now = datetime(2026, 9, 20, 1, 59, tzinfo=ZONE)
        self.kept = {}
        self.ran = []

    def timetable(self, name, expression):
        memory = Memory(
            lambda: self.kept.get(name), lambda value: self.kept.__setitem__(name, value)
        )
        return Timetable(expression, lambda: self.now, memory), lambda: self.ran.append(name)


def test_an_agenda_runs_each_timetable_once_for_each_of_its_times():
    hand = Hand()
    agenda = Agenda(
        [hand.timetable("calls", "0 2 * * *"), hand.timetable("export", "0 8 * * *")],
        threading.Event(),
    )
    for _ in range(48):
        hand.now += timedelta(hours=1)
        while agenda.due():
            agenda.run()
            agenda.done()
    assert hand.ran == ["calls", "export", "calls", "export"]
    assert agenda.next_run == datetime(2026, 9, 22, 2, 0, tzinfo=ZONE)


def test_a_stop_in_one_entry_leaves_it_and_the_others_for_the_next_start():
    hand = Hand()
    stop = threading.Event()
    calls, _ = hand.timetable("calls", "0 2 * * *")
    export, run_export = hand.timetable("export", "0 2 * * *")
    agenda = Agenda([(calls, stop.set), (export, run_export)], stop)
    hand.now += timedelta(hours=1)
    agenda.run()
    assert (hand.ran, hand.kept) == ([], {})
    assert agenda.due()


def test_the_schedule_exports_what_the_settings_ask_for(desk, tmp_path):
    desk.import_text(
        "id;nome;fone;uf\n1;Ana;11999990001;SP\n2;Bia;21999990002;RJ\n3;Cid;11999990003;SP\n"
    )
    app = desk.app(
        tmp_path,
        EXPORT_CRON="0 8 * * *",
        EXPORT_CAMPAIGN_ID=5,
        EXPORT_LIST="Carteira {date}",
        EXPORT_UF="SP",
        EXPORT_WEIGHT=40,
    )
    process = app.start("schedule", clock="2026-09-20 07:59:58", leap=tmp_path / "leap")
    end = time.monotonic() + 150
    while "The next execution begins" not in app.logged() and time.monotonic() < end:
        time.sleep(0.05)
    (tmp_path / "leap").touch()
    while len(desk.received()) < 2 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    app.interrupt(process)
    code, told = app.finish(process)
    assert desk.received() == ["1", "3"], told
    assert [(each.name, each.weight) for each in desk.simulator.lists.all()] == [
        ("Carteira 2026-09-20", 40)
    ]
    assert code == 130
    assert desk.rows("SELECT COUNT(*) FROM execution_logs WHERE job = 'dialer_export'") == [(1,)]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"EXPORT_CRON": "0 8 * *"}, "EXPORT_CRON"),
        ({"EXPORT_CRON": "0 8 * * *"}, "EXPORT_CAMPAIGN_ID"),
        ({"EXPORT_CRON": "0 8 * * *", "EXPORT_CAMPAIGN_ID": "0"}, "EXPORT_CAMPAIGN_ID"),
        ({"CALLBACK_URL_TEMPLATE": "/atendimento"}, "CALLBACK_URL_TEMPLATE"),
        ({"CALLBACK_URL_TEMPLATE": "/atendimento/{id}"}, "CALLBACK_URL_TEMPLATE"),
        ({"EXPORT_MIN_AMOUNT": "dez"}, "EXPORT_MIN_AMOUNT"),
        ({"EXPORT_CRON": "0 8 * * *", "EXPORT_CAMPAIGN_ID": "99999999999"}, "EXPORT_CAMPAIGN_ID"),
        ({"EXPORT_UF": "XX"}, "EXPORT_UF"),
        ({"EXPORT_LIST": "x" * 201}, "EXPORT_LIST"),
        ({"EXPORT_PHONES": "0"}, "EXPORT_PHONES"),
    ],
)
def test_a_wrong_setting_is_named_at_once(tmp_path, settings, named):
    code, told = App(tmp_path, MANAGER_TOKEN=DEMO_TOKEN, **settings).run("schedule")
    assert (code, named in told) == (2, True)
    assert "Traceback" not in told
