"""Calls that the API lists under another day than the account's clocks say, and dates that
contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from liar import liar, page_of, record
from proof.machine import Machine, ago
from servers import Database
from support import DAY, days, execute

from robot.errors import ExitCode
from robot.period import windows_of_days
from robot.simulators.threec import Fault, FaultKind, Simulator, make_calls

Operator = Callable[..., Machine]
LATE = timedelta(seconds=20)


def stored(machine: Machine) -> list[tuple[str, str]]:
    return [
        (key, moment[:19])
        for key, moment in machine.rows("SELECT id, call_date FROM calls ORDER BY id")
    ]


def detail(machine: Machine, day: object) -> str:
    (found,) = machine.rows("SELECT status, detail FROM sync_windows WHERE day = ?", str(day))
    return f"{found[0]}: {found[1] or ''}"


@pytest.mark.parametrize("dates", ["zulu", "utc"])
def test_dates_in_utc_are_stored_as_the_accounts_clocks_say(operator: Operator, dates: str) -> None:
    machine = operator(days=2, server={"odd": False, "dates": dates})
    assert machine.sync(ago(2), ago(1)) == 0
    expected = sorted((call["id"], call["call_date"]) for call in machine.simulator.calls)
    assert stored(machine) == expected
    told = (
        "60 record(s) whose two dates contradict each other, stored by call_date_rfc3339"
        if dates == "utc"
        else ""
    )
    assert detail(machine, ago(1)) == f"COMPLETE: {told}"
    machine.stamp()
    assert machine.sync(ago(2), ago(1)) == 0
    assert machine.written() == set()
    assert detail(machine, ago(1)) == f"COMPLETE: {told}"
    assert machine.audit(ago(2), ago(1)) == 0


def late_call(number: int) -> dict[str, object]:
    """The last call of a day, begun ten seconds before midnight: listed under the day after."""
    (call,) = make_calls([ago(number)], 1, odd=False)
    moment = f"{ago(number)} 23:59:50"
    return {
        **call,
        "id": f"{number:024}",
        "call_date": moment,
        "call_date_rfc3339": f"{moment.replace(' ', 'T')}-03:00",
    }


@pytest.fixture
def crossing(operator: Operator) -> Machine:
    """Four days; the last call of each is listed under the next day."""
    machine = operator(days=4, server={"odd": False, "listed_late": LATE})
    for number in (4, 3, 2):
        machine.simulator.add_call(late_call(number))
    return machine


def test_a_call_of_the_second_before_midnight_is_stored_and_counted(crossing: Machine) -> None:
    assert crossing.sync(ago(3), ago(1)) == 0
    assert len(stored(crossing)) == 183
    assert (
        detail(crossing, ago(2))
        == "COMPLETE: 1 record(s) dated up to a day outside the window, stored as they are dated"
    )
    assert (
        crossing.rows("SELECT api_total, distinct_ids, stored FROM sync_windows")
        == [(61, 61, 61)] * 3
    )
    assert crossing.rows(
        "SELECT total_records, successful_records, failed_records FROM execution_logs"
    ) == [(183, 183, 0)]
    crossing.stamp()
    assert crossing.sync(ago(3), ago(1)) == 0
    assert crossing.written() == set()


@pytest.mark.parametrize(("first", "last"), [(3, 1), (3, 3), (2, 2), (1, 1)])
def test_an_audit_takes_it_for_what_it_is(crossing: Machine, first: int, last: int) -> None:
    """It is only here for nobody: of the day alone on which it is dated the next one's list is
    read, too.
    """
    assert crossing.sync(ago(4), ago(1)) == 0
    assert crossing.audit(ago(first), ago(last), "--json") == 0, crossing.out
    for day in crossing.json()["days"]:
        assert (
            sum(campaign["api"] for campaign in day["campaigns"]) == 61
            if day["day"] != str(ago(4))
            else 60
        )
        assert [campaign["here"] for campaign in day["campaigns"]] == [
            campaign["api"] for campaign in day["campaigns"]
        ]


def test_an_audit_still_tells_a_call_that_vanished_beside_it(crossing: Machine) -> None:
    assert crossing.sync(ago(4), ago(1)) == 0
    gone = crossing.simulator.calls[150]
    crossing.simulator.remove_call(gone["id"])
    day = gone["call_date"][:10]
    assert crossing.audit(day, day, "--json") == 3
    (found,) = crossing.json()["days"]
    assert [(each["id"], each["kind"]) for each in found["differences"]] == [
        (gone["id"], "only here")
    ]


def test_a_call_that_is_missing_is_told_and_healed_in_the_day_that_lists_it(
    crossing: Machine,
) -> None:
    assert crossing.sync(ago(4), ago(1)) == 0
    crossing.rows("DELETE FROM mailing_data WHERE call_id = ?", f"{2:024}")
    crossing.rows("DELETE FROM calls WHERE id = ?", f"{2:024}")
    assert crossing.audit(ago(2), ago(2)) == 0
    assert crossing.audit(ago(1), ago(1)) == 3
    assert "1 only in the API" in crossing.out
    assert crossing.audit(ago(1), ago(1), "--fix") == 0


# -- far off


def test_records_farther_off_are_kept_in_part_and_make_the_window_incomplete(
    database: Database,
) -> None:
    calls = [record(number, str(DAY)) for number in range(10)]
    far = [record(number, str(DAY - timedelta(days=9))) for number in range(30)]
    with liar(lambda asked: page_of([*calls, *far], asked)) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert "30 records are dated more than a day outside what was asked for" in (
        summary.message or ""
    )
    assert database.query("SELECT status, stored, rejected FROM sync_windows") == [
        ("INCOMPLETE", 10, 0)
    ]
    assert database.query("SELECT total_records, failed_records FROM execution_logs") == [(10, 0)]
    kept = database.query("SELECT record_id, reason FROM rejected_records")
    assert len(kept) == 20
    assert {
        reason for _, reason in kept if not reason.startswith("outside: dated 2026-09-06 ")
    } == set()


def test_a_record_that_was_outside_is_settled_by_the_execution_that_reads_its_day(
    database: Database,
) -> None:
    first, last = days(9)[0], DAY
    far = [record(1, str(first))]
    near = [record(1, str(last))]

    def answer(asked):
        return page_of([*near, *far] if asked.day == str(last) else far, asked)

    with liar(answer) as api:
        execute(api, database)
        assert (
            database.value("SELECT COUNT(*) FROM rejected_records WHERE resolved_at IS NULL") == 1
        )
        execute(api, database, windows_of_days([first]))
    assert database.value("SELECT COUNT(*) FROM rejected_records WHERE resolved_at IS NULL") == 0
    assert database.value("SELECT COUNT(*) FROM calls") == 2


def test_records_of_other_campaigns_alone_leave_the_window_complete(database: Database) -> None:
    mixed = [record(number, str(DAY), campaign_id=5 + number % 2) for number in range(60)]
    with liar(lambda asked: page_of(mixed, asked)) as api:
        summary = execute(api, database, campaigns=(5,))
    assert summary.exit_code is ExitCode.SUCCESS
    assert database.query("SELECT status, stored, rejected FROM sync_windows") == [
        ("COMPLETE", 30, 0)
    ]
    assert "30 record(s) of other campaigns left out" in database.value(
        "SELECT detail FROM sync_windows"
    )
    assert (
        database.value(
            "SELECT COUNT(*) FROM rejected_records WHERE reason LIKE 'outside: of campaign 6%'"
        )
        == 20
    )
    assert database.value("SELECT failed_records FROM execution_logs") == 0


@pytest.mark.parametrize("hours", [-24, -1, 0, 23, 24])
def test_the_border_lies_a_day_before_and_after_the_window(database: Database, hours: int) -> None:
    moment = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=hours)
    before = moment - timedelta(seconds=1)
    calls = [record(number, str(DAY)) for number in range(5)]
    odd = [record(99, str(DAY), id=str(when), call_date=str(when)) for when in (before, moment)]
    with liar(lambda asked: page_of([*calls, *odd], asked)) as api:
        execute(api, database)
    first = datetime.combine(DAY - timedelta(days=1), datetime.min.time())
    inside = sum(first <= when < first + timedelta(days=3) for when in (before, moment))
    assert database.value("SELECT COUNT(*) FROM calls") == 5 + inside
    status = "COMPLETE" if inside == len(odd) else "INCOMPLETE"
    assert database.value("SELECT status FROM sync_windows") == status


def test_without_totals_a_record_of_another_day_proves_nothing(database: Database) -> None:
    """The page may have taken the place of ours."""
    with Simulator(
        make_calls(days(2), 30, odd=False), simple_pagination=True, listed_late=timedelta(hours=3)
    ) as simulator:
        summary = execute(simulator, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert "nothing proves the end" in (summary.message or "")


def test_a_retry_leaves_what_was_not_asked_for_alone_and_says_how_to_have_it(
    operator: Operator,
) -> None:
    machine = operator(days=1, server={"odd": False})
    for number in range(3):
        far = late_call(9)
        machine.simulator.add_call({**far, "id": f"far{number}"})
    machine.simulator.use_faults([Fault(FaultKind.DATES_IGNORED, times=None)])
    assert machine.sync(ago(1)) == 3
    assert machine.run("rejected", "retry") == 0
    assert "3 record(s) were only not asked for" in machine.out
    assert machine.rows("SELECT COUNT(*) FROM calls WHERE id LIKE 'far%'") == [(0,)]
    machine.simulator.use_faults([])
    assert machine.sync(ago(9)) == 0
    assert machine.rows("SELECT COUNT(*) FROM rejected_records WHERE resolved_at IS NULL") == [(0,)]
    assert machine.run("rejected", "retry") == 0
    assert "No rejection is open." in machine.out
