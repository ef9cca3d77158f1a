"""A database that the version before has filled: the new scripts lose nothing of it, whatever stops
them.

`BEFORE` names the scripts of that version, `_fill` writes what it wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from servers import BOTH, Database

from robot.database import Coverage
from robot.database.days import Asked, DayOf, DayStore, GivenUp, Span
from robot.database.statuses import WindowStatus
from robot.period import Period

LAST = {"sqlite": "0005_days.sql", "sqlserver": "0006_days.sql"}
DAYS = [date(2026, 9, day) for day in (13, 14, 15)]
AT = datetime(2026, 9, 16, 2, 0, 0)
WINDOWS = [
    # job, campaigns, day, status, api_total, detail, execution
    ("calls", "", "2026-09-13", "COMPLETE", 3, None, 1),
    ("calls", "", "2026-09-14", "COMPLETE", 2, None, 2),
    ("calls", "", "2026-09-15", "INCOMPLETE", 9, "8 of 9", 2),
    ("calls", "5,6", "2026-09-14", "COMPLETE", 1, None, 3),
    ("calls", "5,6", "2026-09-15", "READING", None, None, 3),
]
EXECUTIONS = [
    # job, campaigns, status
    ("calls", "", "FAILED"),
    ("calls", "", "FAILED"),
    ("calls", "5,6", "RUNNING"),
    ("dialer_export", "5", "COMPLETED_SUCCESS"),
    (None, "7", "COMPLETED_SUCCESS"),  # of the specification's robot
]


@pytest.fixture(params=BOTH)
def filled(request: pytest.FixtureRequest, tmp_path) -> Database:
    """A database as the version before left it."""
    if request.param == "sqlserver":
        found: Database = request.getfixturevalue("new_server_database")
    else:
        found = Database.of_file(tmp_path / "robot.db")
    with _scripts(found) as (engine, scripts):
        for name, text in scripts:
            if name <= LAST[request.param]:
                engine.begin()
                engine.run_script(text)
                engine.write(
                    "INSERT INTO schema_versions (script, applied_at) VALUES (?, ?)", (name, AT)
                )
                engine.commit()
    _fill(found)
    return found


def _scripts(database: Database):
    """The engine, connected, and its scripts."""
    engine = database.engine()
    engine.connect()

    class Opened:
        def __enter__(self):
            return engine, engine.scripts()

        def __exit__(self, *_: object) -> None:
            engine.close()

    return Opened()


def _new_scripts(database: Database) -> list[str]:
    kind = "sqlserver" if database.on_server else "sqlite"
    with _scripts(database) as (_, scripts):
        return [text for name, text in scripts if name > LAST[kind]]


def _fill(database: Database) -> None:
    at = AT if database.on_server else str(AT)
    for job, campaigns, status in EXECUTIONS:
        database.query(
            "INSERT INTO execution_logs (execution_date, start_date, end_date, campaign_ids,"
            " status, job, resumed_from) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(at, "2026-09-13 00:00:00", "2026-09-15 23:59:59", campaigns, status, job, None),
        )
    database.query("UPDATE execution_logs SET resumed_from = 1 WHERE id = 2")
    for job, campaigns, day, status, total, detail, execution in WINDOWS:
        database.query(
            "INSERT INTO sync_windows (job, campaigns, day, status, api_total, detail,"
            " execution_id, started_at, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(job, campaigns, day, status, total, detail, execution, at, at),
        )
    for campaigns, day, by in (("", "2026-09-01", "ana"), ("5,6", "2026-09-02", None)):
        database.query(
            "INSERT INTO days_given_up (job, campaigns, day, given_up_at, given_up_by)"
            " VALUES ('calls', ?, ?, ?, ?)",
            *(campaigns, day, at, by),
        )
    for campaigns, first in (("", "2026-09-12"), ("5,6", "2026-09-14")):
        database.query(
            "INSERT INTO scheduled_days (job, campaigns, first_day, last_day)"
            " VALUES ('calls', ?, ?, '2026-09-15')",
            *(campaigns, first),
        )
    database.query(
        "INSERT INTO robot_state (name, value) VALUES ('asked.calls', ?)",
        '[[2, "5,6", "2026-08-01", "2026-08-02"]]',
    )


def _means_the_same(database: Database) -> None:
    """Every line of `_fill`, as the robot of today reads it."""
    repository = database.repository()
    try:
        for scope in ("", "5,6"):
            expected = {
                day: (WindowStatus(status), detail)
                for _, of, day, status, _, detail, _ in WINDOWS
                if of == scope
            }
            found = repository.windows("calls", scope, DAYS[0], DAYS[-1])
            assert {str(day): line for day, line in found.items()} == expected
            assert set(repository.remembered("calls", scope)) == set(expected)
        assert repository.windows_done_by(2, "calls", "") == {"2026-09-13", "2026-09-14"}
        days = DayStore(repository, "calls").read(AT)
        assert days.given_up == {
            DayOf(date(2026, 9, 1), ""): GivenUp(AT, "ana"),
            DayOf(date(2026, 9, 2), "5,6"): GivenUp(AT, ""),
        }
        last = date(2026, 9, 15)
        assert days.owed == {
            "": Span(date(2026, 9, 12), last),
            "5,6": Span(date(2026, 9, 14), last),
        }
        assert days.asked == (Asked(2, "5,6", Span(date(2026, 8, 1), date(2026, 8, 2))),)
        assert days.running == {3}
        period = Period(datetime(2026, 9, 13), datetime(2026, 9, 15, 23, 59, 59))
        since = AT - timedelta(days=7)
        assert repository.interrupted_before(Coverage("calls", "", period), since) == 2
        assert repository.fail_interrupted("calls") == 1
        assert repository.interrupted_before(Coverage("calls", "5,6", period), since) == 3
        assert repository.interrupted_before(Coverage("calls", "5", period), since) is None
    finally:
        repository.close()
    told = database.query("SELECT job, scope, campaign_ids FROM execution_logs ORDER BY id")
    assert told == [(job, of if job else None, of) for job, of, _ in EXECUTIONS]
    keys = "job, scope, window_key, day, status, api_total, execution_id"
    found = database.query(f"SELECT {keys} FROM sync_windows ORDER BY scope, day")
    assert found == [
        (job, of, day, day, status, total, number)
        for job, of, day, status, total, _, number in WINDOWS
    ]


def test_every_line_of_the_version_before_means_the_same(filled):
    _means_the_same(filled)


def test_two_lines_of_one_window_cannot_be(filled):
    filled.repository().close()
    line = (
        "INSERT INTO sync_windows (job, scope, window_key, status)"
        " VALUES ('x', '', 'flow 1', 'READING')"
    )
    filled.query(line)  # a window that is no day
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        filled.query(line)


def _statements(text: str, *, on_server: bool) -> list[str]:
    if on_server:
        return [part for part in re.split(r"(?m)^GO$", text) if part.strip()]
    return [f"{part};" for part in re.sub(r"--.*", "", text).split(";") if part.strip()]


def _cuts(database: Database) -> Iterator[tuple[str, str]]:
    """Each new script as far as it came, and what was left of it: cut after each statement."""
    for text in _new_scripts(database):
        statements = _statements(text, on_server=database.on_server)
        for place in range(1, len(statements)):
            parts = (statements[:place], statements[place:])
            begun, left = ("\nGO\n".join(each) for each in parts)
            yield begun, left


def test_a_script_that_is_cut_off_anywhere_leaves_all_as_it_was_and_is_run_again(filled):
    cuts = [begun.replace("\nGO\n", "\n") for begun, _ in _cuts(filled)]
    assert cuts
    for begun in cuts if not filled.on_server else [each for each, _ in _cuts(filled)]:
        engine = filled.engine()
        engine.connect()
        engine.begin()
        engine.run_script(begun)
        engine.close()  # without a COMMIT: the process is gone
    _means_the_same(filled)


@pytest.mark.parametrize(
    "filled", [pytest.param("sqlserver", marks=pytest.mark.sqlserver)], indirect=True
)
def test_a_dba_may_run_them_by_hand_cut_off_and_again(filled):
    for begun, _ in _cuts(filled):
        with _scripts(filled) as (engine, _):
            engine.run_script(begun)  # each batch by itself, as sqlcmd does
    with _scripts(filled) as (engine, scripts):
        for _, text in scripts:
            engine.run_script(text)
    _means_the_same(filled)
