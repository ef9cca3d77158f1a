"""A page that is too large is asked for again in halves; one record that is, fails its window by
name; memory is bounded.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liar import liar, page_of, record
from support import DAY, days, execute

from robot.database.statuses import ExecutionStatus
from robot.errors import ExitCode
from robot.http.limits import MEGABYTE
from robot.period import windows_of_days
from robot.sync.pagers.pages import Span, Spans

LARGEST = MEGABYTE // 8
ROOT = Path(__file__).resolve().parents[2]


def fat(number: int, size: int, day: object = DAY) -> dict[str, object]:
    return record(number, str(day), feedback="x" * size)


def sizes_asked(api, page_of_size: int = 0) -> list[int]:
    return sorted(
        {asked.per_page for asked in api.asked if asked.per_page > 1 or page_of_size == 1},
        reverse=True,
    )


def test_a_page_that_is_too_large_is_read_in_halves(database):
    calls = [fat(number, 20_000) for number in range(43)]
    with liar(lambda asked: page_of(calls, asked)) as api:
        summary = execute(api, database, per_page=10, largest_body=LARGEST)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 43
    assert database.query("SELECT status, api_total, distinct_ids, passes FROM sync_windows") == [
        ("COMPLETE", 43, 43, 1)
    ]
    assert sizes_asked(api) == [10, 5]


@pytest.mark.parametrize("place", [0, 7, 24, 42])
@pytest.mark.parametrize("per_page", [7, 10, 100])
def test_one_fat_record_makes_smaller_pages_around_it_and_nothing_is_lost_or_doubled(
    database, place, per_page
):
    calls = [fat(number, 110_000 if number == place else 500) for number in range(43)]
    with liar(lambda asked: page_of(calls, asked)) as api:
        summary = execute(api, database, per_page=per_page, largest_body=LARGEST)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 43
    assert summary.tally.distinct == summary.tally.stored.tables["calls"].inserted == 43
    assert database.query("SELECT status, distinct_ids, passes FROM sync_windows") == [
        ("COMPLETE", 43, 1)
    ]


@pytest.mark.parametrize("place", [0, 12, 42])
def test_a_record_that_alone_is_too_large_fails_the_window_by_name_and_the_others_are_stored(
    database, place
):
    calls = [fat(number, 200_000 if number == place else 500) for number in range(43)]
    with liar(lambda asked: page_of(calls, asked)) as api:
        summary = execute(api, database, per_page=10, largest_body=LARGEST)
    assert summary.exit_code is ExitCode.FAILED
    told = summary.message or ""
    assert f"Record {place + 1} of the list (id {DAY}-{place:05}) cannot be read" in told
    assert "more than 0.125 MB" in told
    assert "API_MAX_PAGE_MB" in told
    assert database.value("SELECT status FROM sync_windows") == "FAILED"
    assert database.value("SELECT COUNT(*) FROM calls") == (0 if place == 0 else 42)
    assert 1 in {asked.per_page for asked in api.asked}


def test_days_with_such_a_record_do_not_make_the_api_down(database):
    fatal = days(6)[:5]

    def answer(asked):
        large = asked.day in {str(day) for day in fatal}
        return page_of(
            [
                fat(number, 200_000 if large and number == 3 else 10, asked.day)
                for number in range(5)
            ],
            asked,
        )

    with liar(answer) as api:
        summary = execute(
            api, database, windows_of_days(days(6)), per_page=10, largest_body=LARGEST
        )
    assert summary.exit_code is ExitCode.WITH_ERRORS
    statuses = [
        status for (status,) in database.query("SELECT status FROM sync_windows ORDER BY day")
    ]
    assert statuses == ["FAILED"] * 5 + ["COMPLETE"]
    assert database.value("SELECT COUNT(*) FROM calls") == 25


@pytest.mark.parametrize("totals", [True, False], ids=["totals", "no totals"])
def test_without_totals_too(database, totals):
    calls = [fat(number, 20_000) for number in range(43)]

    def answer(asked):
        status, body = page_of(calls, asked)
        if not totals:
            del body["meta"]
        return status, body

    with liar(answer) as api:
        summary = execute(api, database, per_page=10, largest_body=LARGEST)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS, summary.message
    assert database.value("SELECT COUNT(*) FROM calls") == 43


def test_far_more_records_than_were_asked_for_are_refused(database):
    calls = [record(number, str(DAY)) for number in range(1_500)]

    def answer(asked):
        return 200, {"data": calls, "meta": {"pagination": {"total": len(calls)}}}

    with liar(answer) as api:
        summary = execute(api, database, per_page=10, max_attempts=2)
    assert summary.exit_code is ExitCode.FAILED
    assert "Page 1 has 1500 records where 10 were asked for" in (summary.message or "")
    assert database.value("SELECT COUNT(*) FROM calls") == 0


# -- spans


@given(start=st.integers(0, 60), length=st.integers(1, 40), size=st.integers(1, 41))
def test_parts_cover_the_same_places_once_and_each_lies_in_one_page(start, length, size):
    parts = list(Span(start, start + length, 100).parts(size))
    assert [place for part in parts for place in range(part.start, part.stop)] == list(
        range(start, start + length)
    )
    for part in parts:
        first = (part.number - 1) * size
        assert first <= part.start < part.stop <= first + size


@given(
    total=st.integers(1, 200),
    size=st.integers(1, 50),
    large=st.sets(st.integers(0, 199), max_size=4),
)
def test_whatever_is_too_large_every_other_place_is_asked_for_once(total, size, large):
    spans = Spans(0, total, size)
    read: list[int] = []
    alone: set[int] = set()
    for span in spans:
        if not large.isdisjoint(range(span.start, span.stop)):
            if span.size == 1:
                alone.add(span.start)
            else:
                spans.smaller(span)
        else:
            read += range(span.start, span.stop)
    assert len(read) == len(set(read))
    assert {place for place in read if place < total} | {
        place for place in alone if place < total
    } == set(range(total))


# -- memory: 250 MB of `{}`, in a process of its own


@contextmanager
def endless(piece: bytes, times: int, *, promised: bool) -> Iterator[tuple[str, list[int]]]:
    """A server that answers with `{"data":[…]}` of so many pieces, with or without a
    Content-Length.
    """
    sent: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            head, tail = b'{"data":[', b"{}]}"
            self.send_response(200)
            length = len(head) + len(piece) * times + len(tail)
            if promised:
                self.send_header("Content-Length", str(length))
            else:
                self.send_header("Connection", "close")
            self.end_headers()
            sent.append(0)
            try:
                self.wfile.write(head)
                for _ in range(times):
                    self.wfile.write(piece)
                    sent[-1] += len(piece)
                self.wfile.write(tail)
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/calls", sent
    finally:
        server.shutdown()
        server.server_close()


# VmHWM is this program's own peak; ru_maxrss would count that of the process that it was forked
# from
RUN = """
import sys
from robot.cli import main
code = main(sys.argv[1:])
with open("/proc/self/status") as status:
    kilobytes = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
print("peak", int(kilobytes) // 1024)
sys.exit(int(code))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/self/status is that of Linux")
@pytest.mark.parametrize(
    ("piece", "times", "promised"),
    [
        (b"{}," * 87_000, 960, False),  # 250 MB
        (b"{}," * 87_000, 960, True),
        (b"{}," * 87_000, 120, False),  # 31 MB: short enough to be read, and 700 MB of objects
        (b'{"a":[],"b":{}},' * 20_000, 90, False),
    ],
    ids=["250 MB", "250 MB, promised", "31 MB", "29 MB of other objects"],
)
def test_a_page_of_nothing_but_brackets_takes_little_memory_and_ends_in_words(
    tmp_path, piece, times, promised
):
    with endless(piece, times, promised=promised) as (url, sent):
        env = tmp_path / "a.env"
        lines = (
            f"BASE_URL={url}",
            "MANAGER_TOKEN=abcdef0123456789",
            f"DB_FILE={tmp_path}/r.db",
            f"LOG_DIR={tmp_path}/logs",
        )
        env.write_text("\n".join([*lines, "API_MAX_ATTEMPTS=2"]), encoding="utf-8")
        command = [
            sys.executable,
            "-c",
            RUN,
            "--env-file",
            str(env),
            "run",
            "--start",
            str(DAY),
            "--end",
            str(DAY),
        ]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == ExitCode.FAILED, done.stdout + done.stderr
    assert "cannot be read" in done.stdout
    assert "API_MAX_PAGE_MB" in done.stdout
    peak = int(done.stdout.rpartition("peak ")[2])
    assert peak < 300
    assert max(sent) < 60 * MEGABYTE
    assert len(sent) == 7  # 100, 50, 25, 12, 6, 3, 1: each once
