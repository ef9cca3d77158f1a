"""What audit, retry and planning ask of the repository, on both databases."""

from datetime import date, timedelta

from robot.cells.rejection import Rejection
from robot.cells.tables import CALLS, CALLS_FAMILY, MAILING_DATA
from robot.database import Batch, Coverage, Repository, WindowLine
from robot.database.statuses import WindowStatus
from robot.period import whole
from robot.simulators.threec import make_calls
from robot.threec.call_rows import CallRows, normalize_call

DAY = date(2026, 9, 15)
COVERAGE = Coverage("calls", "", whole(DAY))


def rows_of(count: int) -> list[CallRows]:
    normalized = [normalize_call(record) for record in make_calls([DAY], count, odd=False)]
    return [rows for rows in normalized if isinstance(rows, CallRows)]


def store(repository: Repository, rows: list[CallRows], *rejections: Rejection) -> int:
    execution = repository.start_execution(COVERAGE, "a test", None)
    line = WindowLine.of_day(DAY, WindowStatus.READING, execution, repository._clock())
    mailings = [each.mailing for each in rows if each.mailing]
    repository.store(
        Batch({CALLS: [each.call for each in rows], MAILING_DATA: mailings}, rejections),
        COVERAGE,
        line,
        set(),
    )
    return execution


def test_a_column_is_read_by_key(repository: Repository) -> None:
    rows = rows_of(12)
    store(repository, rows)
    assert repository.cells(CALLS_FAMILY, "campaign_id", whole(DAY)) == {
        CALLS.key_of(each.call): CALLS.cell(each.call, "campaign_id") for each in rows
    }
    assert repository.cells(CALLS_FAMILY, "campaign_id", whole(DAY + timedelta(days=1))) == {}


def test_a_retried_rejection_is_stored_and_resolved_by_its_execution(
    repository: Repository,
) -> None:
    rows = rows_of(2)
    store(
        repository,
        [],
        Rejection(CALLS.key_of(rows[0].call), "no date", '{"a":1}'),
        Rejection(None, "a text", '"x"'),
    )
    first, second = repository.rejections("calls")
    assert (first.reason, first.payload, second.record_id) == ("no date", '{"a":1}', None)
    execution = repository.start_execution(COVERAGE, "a test", None)
    repository.store_retried({CALLS: [rows[0].call], MAILING_DATA: []}, [first.id], execution)
    assert [line.id for line in repository.rejections("calls")] == [second.id]
    resolved = repository.rejections("calls", resolved_too=True)[0]
    assert resolved.resolved_execution_id == execution
    assert resolved.resolved_at is not None
    assert CALLS.key_of(rows[0].call) in repository.known_hashes(CALLS_FAMILY, whole(DAY))[0]


def test_a_rejection_met_again_is_open_again(repository: Repository) -> None:
    rejection = Rejection("1", "no date", '{"a":1}')
    store(repository, [], rejection)
    (line,) = repository.rejections("calls")
    repository.store_retried({}, [line.id], line.execution_id or 0)
    assert repository.rejections("calls") == []
    store(repository, [], rejection)
    assert [found.id for found in repository.rejections("calls")] == [line.id]


def test_a_day_proven_by_a_clock_that_was_ahead_is_not_complete(repository: Repository) -> None:
    execution = store(repository, [])
    finished = whole(DAY + timedelta(days=3)).start
    repository.conclude_window(
        COVERAGE, WindowLine.of_day(DAY, WindowStatus.COMPLETE, execution, finished, finished)
    )
    assert repository.complete_days("calls", "", DAY, DAY + timedelta(days=2)) == set()
    assert repository.complete_days("calls", "", DAY, DAY + timedelta(days=3)) == {DAY}
