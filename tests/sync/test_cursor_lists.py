"""A list that is no day, read by a cursor: proven, killed, gone on with, reconciled."""

import json
import threading
from contextlib import contextmanager
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from liar import record
from support import NOW, fast_transport

from robot.cells.tables import CALLS_FAMILY
from robot.errors import ExitCode
from robot.http import RequestRefused
from robot.period import Period, Window
from robot.sync.execution import Execution
from robot.sync.job import Digest
from robot.sync.pagers import Cursor, CursorPage, Single
from robot.sync.pagers.pages import Page
from robot.threec.calls_job import digest_calls

PER_PAGE = 10
EVER = Period(datetime(2000, 1, 1), datetime(2100, 1, 1))
LIST = Window(date(2026, 9, 20), EVER, "everything")


class Api:
    """Serves records behind a cursor; `answer` may alter an answer before it is sent."""

    def __init__(self, records):
        self.records = records
        self.asked = []
        self.answer = lambda asked, body: (200, body)
        self.url = ""

    def page(self, cursor):
        start = int(cursor or 0)
        end = start + PER_PAGE
        body = {
            "data": self.records[start:end],
            "next": str(end) if end < len(self.records) else None,
            "total": len(self.records),
        }
        self.asked.append(cursor)
        return self.answer(cursor, body)


@contextmanager
def served(api):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            query = parse_qs(urlsplit(self.path).query)
            status, body = api.page(query.get("after", [None])[0])
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    api.url = f"http://127.0.0.1:{server.server_port}/list"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


class ListJob:
    """Keeps one list in step; its records are calls."""

    name = "list"
    family = CALLS_FAMILY
    scope = ""
    campaigns = ()
    concurrency = 4

    def __init__(self, url, transport):
        self._url, self._transport = url, transport

    @property
    def retries(self):
        return self._transport.retries

    def digest(self, window, records):
        return digest_calls(window.period, (), records)

    def pager(self, window, known=dict):
        def fetch(cursor):
            parameters = [] if cursor is None else [("after", cursor)]
            body = self._transport.send("GET", self._url, parameters).body
            return CursorPage(body["data"], body["next"], body.get("total"))

        return Cursor(
            fetch,
            lambda page: self.digest(window, page.records),
            self._transport.repeat,
            (RequestRefused,),
        )

    def close(self):
        self._transport.close()


class AnswerJob(ListJob):
    """The same list, in one answer."""

    def pager(self, window, known=dict):
        def fetch():
            body = self._transport.send("GET", self._url).body
            return Page(1, body["data"], body.get("total"))

        return Single(fetch, lambda page: self.digest(window, page.records), self._transport.repeat)


class ReconcilingJob(ListJob):
    """Marks what the list no longer has."""

    def reconcile(self, window, keys):
        gone = [record(1, "2026-09-15", id=key, feedback="gone") for key in sorted(keys)]
        return self.digest(window, gone) if gone else Digest((), {})


class StopAfter:
    """Asks the robot to stop after some pages."""

    def __init__(self, stop, pages):
        self.stop, self.left = stop, pages

    def started(self, execution_id, windows, skipped):
        pass

    def page(self, window, digest):
        self.left -= 1
        if self.left == 0:
            self.stop.set()

    def window_done(self, window, status, tally, detail):
        pass


def read(api, database, job=ListJob, stop_after=0, **transport):
    database.clock.now = NOW
    stop = threading.Event()
    repository = database.repository(stop=stop)
    made = job(api.url, fast_transport(stop=stop, **transport))
    listener = StopAfter(stop, stop_after)
    try:
        return Execution(made, repository, database.clock, listener, stop).run([LIST])
    finally:
        repository.close()


def line(database):
    return database.query(
        "SELECT window_key, day, status, stored, next_cursor, detail FROM sync_windows"
    )[0]


@pytest.fixture
def api():
    with served(Api([record(number, "2026-09-15") for number in range(95)])) as running:
        yield running


def stored(database):
    return database.value("SELECT COUNT(*) FROM calls")


def test_a_list_is_read_to_its_end_and_remembered_by_its_name(api, database):
    assert read(api, database).exit_code is ExitCode.SUCCESS
    assert api.asked == [None, *map(str, range(10, 100, 10))]
    assert line(database) == ("everything", None, "COMPLETE", 95, None, None)
    assert stored(database) == 95


def test_a_list_that_was_cut_short_goes_on_at_the_cursor_of_its_last_batch(api, database):
    assert read(api, database, stop_after=4).exit_code is ExitCode.INTERRUPTED
    assert line(database)[2:5] == ("READING", 40, "40")
    api.asked.clear()
    assert read(api, database).exit_code is ExitCode.SUCCESS
    assert api.asked == ["40", "50", "60", "70", "80", "90"]
    assert line(database) == ("everything", None, "COMPLETE", 95, None, None)
    assert stored(database) == 95


def test_a_list_that_was_cut_short_twice_still_goes_on(api, database):
    read(api, database, stop_after=2)
    read(api, database, stop_after=2)
    api.asked.clear()
    assert read(api, database).exit_code is ExitCode.SUCCESS
    assert api.asked[0] == "40"
    assert stored(database) == 95


def test_a_list_that_changed_meanwhile_is_read_again_from_its_beginning(api, database):
    read(api, database, stop_after=4)
    api.records.insert(0, record(99, "2026-09-15"))
    api.asked.clear()
    assert read(api, database).exit_code is ExitCode.SUCCESS
    assert api.asked[0] == "40"
    assert None in api.asked
    assert stored(database) == 96


def test_a_cursor_that_the_api_has_forgotten_costs_a_reading_and_no_record(api, database):
    read(api, database, stop_after=4)
    again = []
    api.asked.clear()

    def answer(cursor, body):
        if cursor is None:
            again.append(cursor)
        return (410, {"detail": "gone"}) if cursor == "40" and not again else (200, body)

    api.answer = answer
    assert read(api, database).exit_code is ExitCode.SUCCESS
    assert stored(database) == 95


def test_an_api_that_fails_in_the_middle_leaves_the_cursor_for_the_next_execution(api, database):
    api.answer = lambda cursor, body: (500, {}) if cursor == "50" else (200, body)
    summary = read(api, database, max_attempts=2)
    assert summary.exit_code is not ExitCode.SUCCESS
    assert stored(database) == 50
    api.answer = lambda cursor, body: (200, body)
    assert read(api, database).exit_code is ExitCode.SUCCESS
    assert stored(database) == 95


@pytest.mark.parametrize("told", [True, False], ids=["with a next", "without"])
def test_an_empty_page_before_the_end_is_a_fault_and_asked_for_again(api, database, told):
    empty = []

    def answer(cursor, body):
        if cursor == "50" and not empty:
            empty.append(cursor)
            return 200, {**body, "data": [], "next": body["next"] if told else None}
        return 200, body

    api.answer = answer
    assert read(api, database).exit_code is ExitCode.SUCCESS
    assert stored(database) == 95
    assert api.asked.count("50") == 2


def test_a_list_that_ends_too_early_is_incomplete(api, database):
    api.answer = lambda cursor, body: (200, {**body, "next": None} if cursor == "30" else body)
    summary = read(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    _, _, status, _, cursor, detail = line(database)
    assert (status, cursor) == ("INCOMPLETE", None)
    assert "40 of 95 records received" in detail


def test_a_cursor_that_comes_again_ends_the_reading_and_is_told(api, database):
    api.answer = lambda cursor, body: (200, {**body, "next": "20"} if cursor == "30" else body)
    read(api, database)
    _, _, status, _, _, detail = line(database)
    assert status == "INCOMPLETE"
    assert "the same page again" in detail
    assert len(api.asked) < 20


def test_without_totals_two_readings_must_agree(api, database):
    api.answer = lambda cursor, body: (200, {**body, "total": None})
    assert read(api, database).exit_code is ExitCode.SUCCESS
    assert api.asked.count(None) == 2


def test_a_record_that_vanished_is_told_to_the_job_after_a_full_reading(api, database):
    read(api, database)
    gone = api.records.pop(3)
    read(api, database, job=ReconcilingJob)
    assert database.query("SELECT id FROM calls WHERE feedback = 'gone'") == [(gone["id"],)]


def test_a_list_that_came_empty_tells_of_no_vanished_record(api, database):
    read(api, database)
    api.records.clear()
    read(api, database, job=ReconcilingJob)
    assert line(database)[2] == "INCOMPLETE"
    assert database.value("SELECT COUNT(*) FROM calls WHERE feedback = 'gone'") == 0


def test_a_list_in_one_answer_is_proven_by_its_own_length(api, database):
    api.answer = lambda cursor, body: (200, {"data": api.records})
    assert read(api, database, job=AnswerJob).exit_code is ExitCode.SUCCESS
    assert api.asked == [None]
    assert line(database)[:4] == ("everything", None, "COMPLETE", 95)


def test_a_list_in_one_answer_that_lacks_records_is_incomplete(api, database):
    api.answer = lambda cursor, body: (200, {"data": api.records[:90], "total": 95})
    assert read(api, database, job=AnswerJob).exit_code is ExitCode.WITH_ERRORS
    assert line(database)[2] == "INCOMPLETE"
