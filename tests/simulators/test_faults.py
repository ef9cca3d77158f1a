"""Each fault does what its name says, to the requests it was meant for and to no others."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from robot.simulators.threec import WRONG_SHAPES, Fault, FaultKind, load_faults

DAY = date(2026, 9, 15)
OTHER_DAY = date(2026, 9, 16)
LONG = 60.0

Simulate = Callable[..., Any]


@pytest.fixture
def suffer(simulate: Simulate) -> Callable[..., Any]:
    """A client of a simulator with this one fault, which happens once unless it says otherwise."""

    def start(kind: FaultKind, **values: Any) -> Any:
        return simulate(faults=[Fault(kind, **values)])

    return start


class TestStatuses:
    @pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
    def test_a_status_comes_once_with_the_envelope_of_errors(
        self, suffer: Simulate, status: int
    ) -> None:
        client = suffer(FaultKind(f"status_{status}"))
        answer = client.page()
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert "Retry-After" not in answer.headers
        assert client.page().status_code == 200

    @pytest.mark.parametrize("wait", [2, 0.5, "Wed, 16 Sep 2026 10:00:00 GMT"])
    def test_429_can_say_when_to_come_back(self, suffer: Simulate, wait: float | str) -> None:
        assert suffer(FaultKind.STATUS_429, retry_after=wait).page().headers["Retry-After"] == str(
            wait
        )

    def test_the_busy_422_has_the_text_of_production(self, suffer: Simulate) -> None:
        answer = suffer(FaultKind.STATUS_422_BUSY).page()
        assert answer.status_code == 422
        assert "Muitas requisições, aguarde 5 segundos..." in answer.json()["detail"]

    def test_524_is_the_page_of_cloudflare(self, suffer: Simulate) -> None:
        answer = suffer(FaultKind.STATUS_524).page()
        assert (answer.status_code, answer.headers["Server"]) == (524, "cloudflare")
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "524" in answer.text


class TestTheWire:
    def test_an_answer_can_come_too_late(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.TIMEOUT_BEFORE, seconds=LONG)
        with pytest.raises(requests.ReadTimeout):
            client.page(timeout=1)
        assert client.page().status_code == 200

    def test_a_late_answer_is_the_right_one(self, suffer: Simulate) -> None:
        assert len(suffer(FaultKind.TIMEOUT_BEFORE, seconds=0.05).data()) == 10

    def test_an_answer_can_stop_in_its_middle(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.TIMEOUT_IN_BODY, seconds=LONG)
        with pytest.raises(requests.ConnectionError, match="Read timed out"):
            client.page(timeout=1)
        assert client.page().status_code == 200

    def test_an_answer_that_stopped_goes_on(self, suffer: Simulate) -> None:
        assert len(suffer(FaultKind.TIMEOUT_IN_BODY, seconds=0.05).data()) == 10

    def test_an_answer_can_trickle(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.TRICKLE, seconds=0.25, count=5)
        start = time.monotonic()
        assert len(client.data(timeout=1.1)) == 10
        # longer than the timeout, which no single wait reached
        assert time.monotonic() - start >= 1.25

    def test_stop_does_not_wait_for_a_sleeping_answer(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.TIMEOUT_BEFORE, seconds=LONG)
        threading.Timer(0.1, client.simulator.stop).start()
        with pytest.raises(requests.ConnectionError):
            client.page(timeout=30)

    @pytest.mark.parametrize("kind", [FaultKind.RESET_BEFORE, FaultKind.RESET_IN_BODY])
    def test_a_connection_can_be_reset(self, suffer: Simulate, kind: FaultKind) -> None:
        client = suffer(kind)
        with pytest.raises(
            (requests.ConnectionError, requests.exceptions.ChunkedEncodingError), match="reset"
        ):
            client.page()
        assert client.page().status_code == 200

    def test_a_reset_before_the_answer_has_no_status(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.RESET_BEFORE)
        with pytest.raises(requests.ConnectionError):
            client.page()
        assert client.simulator.requests[0].status == 0

    def test_a_reset_in_the_body_comes_after_the_head(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.RESET_IN_BODY)
        url = f"{client.simulator.url}?start_date={DAY}%2000:00:00&end_date={DAY}%2023:59:59"
        with client.session.get(url, stream=True, timeout=5) as answer:
            assert answer.status_code == 200
            with pytest.raises(requests.exceptions.ChunkedEncodingError, match="reset"):
                answer.content  # noqa: B018 - reading is the point

    def test_a_body_can_be_empty(self, suffer: Simulate) -> None:
        answer = suffer(FaultKind.EMPTY_BODY).page()
        assert (answer.status_code, answer.content) == (200, b"")

    def test_json_can_be_truncated(self, suffer: Simulate) -> None:
        answer = suffer(FaultKind.TRUNCATED_JSON).page()
        assert (answer.status_code, int(answer.headers["Content-Length"])) == (
            200,
            len(answer.content),
        )
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.content)

    def test_a_body_can_be_shorter_than_promised(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.SHORT_BODY)
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            client.page()
        assert client.page().status_code == 200

    def test_a_page_for_people_can_come_with_200(self, suffer: Simulate) -> None:
        answer = suffer(FaultKind.HTML_200).page()
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            200,
            "text/html; charset=UTF-8",
        )
        assert answer.text.startswith("<!DOCTYPE html>")

    @pytest.mark.parametrize("body", WRONG_SHAPES)
    def test_json_can_have_the_wrong_shape(self, suffer: Simulate, body: str) -> None:
        answer = suffer(FaultKind.WRONG_SHAPE, body=body).page()
        assert (answer.status_code, answer.json()) == (200, json.loads(body))


class TestTheList:
    @pytest.fixture
    def right(self, simulate: Simulate) -> Any:
        """A simulator without faults, to compare with."""
        return simulate()

    def test_data_can_be_empty_beside_intact_totals(self, suffer: Simulate) -> None:
        body = suffer(FaultKind.EMPTY_DATA).page().json()
        assert (body["data"], body["meta"]["pagination"]["total"]) == ([], 35)

    def test_data_can_be_empty_beside_totals_of_zero(self, suffer: Simulate) -> None:
        body = suffer(FaultKind.EMPTY_TOTAL_ZERO).page().json()
        assert (body["data"], body["meta"]["pagination"]["total"]) == ([], 0)

    def test_a_page_can_be_short(self, suffer: Simulate, right: Any) -> None:
        client = suffer(FaultKind.SHORT_PAGE, count=3, times=None)
        assert client.ids(2) == right.ids(2)[:7]
        assert (client.pagination(2)["total"], client.pagination(2)["count"]) == (35, 7)

    @pytest.mark.parametrize(("count", "total"), [(1, 36), (-5, 30)])
    def test_the_total_can_change(self, suffer: Simulate, count: int, total: int) -> None:
        client = suffer(FaultKind.TOTAL_CHANGED, count=count, page=2)
        assert [client.pagination(n)["total"] for n in (1, 2, 3)] == [35, total, 35]

    def test_totals_can_be_missing(self, suffer: Simulate) -> None:
        pagination = suffer(FaultKind.TOTALS_MISSING).pagination()
        assert set(pagination) == {"count", "per_page", "current_page", "links"}

    def test_the_number_of_pages_can_be_missing(self, suffer: Simulate) -> None:
        pagination = suffer(FaultKind.TOTAL_PAGES_MISSING).pagination()
        assert "total_pages" not in pagination
        assert pagination["total"] == 35

    def test_meta_can_be_missing(self, suffer: Simulate) -> None:
        assert "meta" not in suffer(FaultKind.META_MISSING).page().json()

    @pytest.mark.parametrize(
        ("kind", "echoed"),
        [(FaultKind.PER_PAGE_CAPPED, 4), (FaultKind.PER_PAGE_CAPPED_SILENTLY, 10)],
    )
    def test_per_page_can_be_capped(
        self, suffer: Simulate, right: Any, kind: FaultKind, echoed: int
    ) -> None:
        client = suffer(kind, cap=4, times=None)
        assert (len(client.data()), client.pagination()["per_page"]) == (4, echoed)
        assert client.walk() == right.walk()

    def test_the_page_can_be_ignored(self, suffer: Simulate, right: Any) -> None:
        client = suffer(FaultKind.PAGE_IGNORED, times=None)
        assert client.ids(3) == client.ids(1) == right.ids(1)

    def test_the_dates_can_be_ignored(self, suffer: Simulate, right: Any) -> None:
        received = suffer(FaultKind.DATES_IGNORED, times=None).walk(day=OTHER_DAY)
        assert received == right.walk(day=DAY) + right.walk(day=OTHER_DAY)

    def test_the_campaigns_can_be_ignored(self, suffer: Simulate, right: Any) -> None:
        assert (
            suffer(FaultKind.CAMPAIGNS_IGNORED, times=None).walk(**{"campaigns[]": 5})
            == right.walk()
        )

    def test_a_record_of_the_page_before_can_take_the_place_of_another(
        self, suffer: Simulate, right: Any
    ) -> None:
        client = suffer(FaultKind.REPEATED_FROM_PAGE_BEFORE)
        assert client.ids(1) == right.ids(1)
        assert client.ids(2) == [right.ids(1)[-1], *right.ids(2)[1:]]
        assert client.ids(2) == right.ids(2)

    def test_a_record_can_come_twice(self, suffer: Simulate, right: Any) -> None:
        client = suffer(FaultKind.EXTRA_DUPLICATE, page=2)
        assert client.ids(2) == [*right.ids(2), right.ids(2)[0]]


class TestWhichRequests:
    def statuses(self, client: Any, *pages: int, **params: Any) -> list[int]:
        return [client.page(n, **params).status_code for n in pages]

    def test_every_kind_can_happen_and_ends(self, simulate: Simulate) -> None:
        """Whatever the fault, the next request goes well."""
        for kind in FaultKind:
            fault = Fault(kind, page=2, seconds=0.01)
            client = simulate(faults=[fault])
            with suppress(requests.RequestException):
                client.page(2)
            assert client.simulator.fired == {fault: 1}, kind
            assert len(client.data(2)) == 10, kind

    def test_a_fault_happens_as_often_as_it_says(self, suffer: Simulate) -> None:
        assert self.statuses(suffer(FaultKind.STATUS_500, times=2), 1, 1, 1, 1) == [
            500,
            500,
            200,
            200,
        ]

    def test_a_fault_can_happen_always(self, suffer: Simulate) -> None:
        assert self.statuses(suffer(FaultKind.STATUS_500, times=None), *[1] * 5) == [500] * 5

    def test_a_fault_can_let_the_first_requests_pass(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.STATUS_500, skip=2)
        assert self.statuses(client, 1, 2, 3, 4) == [200, 200, 500, 200]

    def test_a_fault_can_wait_for_a_page(self, suffer: Simulate) -> None:
        assert self.statuses(suffer(FaultKind.STATUS_500, page=3), 1, 2, 3, 3) == [
            200,
            200,
            500,
            200,
        ]

    def test_a_fault_can_wait_for_a_day(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.STATUS_500, day=OTHER_DAY, times=None)
        assert self.statuses(client, 1) == [200]
        assert self.statuses(client, 1, day=OTHER_DAY) == [500]

    def test_a_fault_can_wait_for_a_campaign(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.STATUS_500, campaign=6, times=None)
        assert self.statuses(client, 1) == [200]
        assert self.statuses(client, 1, **{"campaigns[]": [5, 6]}) == [500]

    def test_a_fault_can_wait_for_a_path(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.STATUS_401, path="/me", times=None)
        assert self.statuses(client, 1) == [200]
        assert client.get("/me").status_code == 401

    def test_faults_happen_in_their_order_one_a_request(self, simulate: Simulate) -> None:
        faults = [
            Fault(FaultKind.STATUS_500),
            Fault(FaultKind.STATUS_502, skip=1),
            Fault(FaultKind.STATUS_503),
        ]
        client = simulate(faults=faults)
        assert self.statuses(client, 1, 1, 1, 1) == [500, 503, 502, 200]
        assert list(client.simulator.fired.values()) == [1, 1, 1]

    def test_the_same_fault_twice_happens_twice(self, simulate: Simulate) -> None:
        fault = Fault(FaultKind.STATUS_500)
        client = simulate(faults=[fault, fault])
        assert self.statuses(client, 1, 1, 1) == [500, 500, 200]
        assert client.simulator.fired == {fault: 2}

    def test_requests_tell_which_fault_harmed_them(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.EMPTY_BODY)
        self.statuses(client, 1, 2)
        assert [request.fault for request in client.simulator.requests] == ["empty_body", None]

    def test_faults_can_be_changed_while_the_server_runs(self, suffer: Simulate) -> None:
        client = suffer(FaultKind.STATUS_500, times=None)
        client.simulator.use_faults([])
        assert self.statuses(client, 1) == [200]

    def test_a_kind_may_be_given_as_text(self) -> None:
        assert Fault("status_429") == Fault(FaultKind.STATUS_429)

    def test_an_impossible_fault_cannot_be_made(self) -> None:
        with pytest.raises(ValueError, match="key 'times': read 0"):
            Fault(FaultKind.STATUS_500, times=0)


class TestFile:
    @pytest.fixture
    def load(self, tmp_path: Path) -> Callable[[str], list[Fault]]:
        def read(text: str) -> list[Fault]:
            path = tmp_path / "faults.toml"
            path.write_text(text, encoding="utf-8")
            return load_faults(path)

        return read

    def test_a_file_names_its_faults(self, load: Callable[[str], list[Fault]]) -> None:
        faults = load("""
            [[fault]]
            kind = "status_429"
            retry_after = 2
            page = 3

            [[fault]]
            kind = "short_page"
            day = 2026-09-15
            times = "always"
            count = 4

            [[fault]]
            kind = "timeout_before"
            day = "2026-09-16"
            seconds = 0.5
        """)
        assert faults == [
            Fault(FaultKind.STATUS_429, retry_after=2, page=3),
            Fault(FaultKind.SHORT_PAGE, day=DAY, times=None, count=4),
            Fault(FaultKind.TIMEOUT_BEFORE, day=OTHER_DAY, seconds=0.5),
        ]

    def test_an_empty_file_has_no_faults(self, load: Callable[[str], list[Fault]]) -> None:
        assert load("") == []

    @pytest.mark.parametrize(
        ("entry", "message"),
        [
            ('kind = "boom"', r"fault 2: key 'kind': read 'boom', allowed: status_429, status_500"),
            ("page = 1", r"fault 2: key 'kind': missing, allowed: status_429"),
            (
                'kind = "status_500"\npages = 2',
                r"fault 2: key 'pages': read 2, allowed keys: kind, page, day",
            ),
            (
                'kind = "status_500"\npage = 0',
                r"fault 2: key 'page': read 0, allowed: a whole number from 1 on",
            ),
            ('kind = "status_500"\npage = true', r"key 'page': read True"),
            (
                'kind = "status_500"\nskip = -1',
                r"key 'skip': read -1, allowed: a whole number from 0 on",
            ),
            (
                'kind = "status_500"\ntimes = "often"',
                r"key 'times': read 'often', allowed: .*\"always\"",
            ),
            (
                'kind = "status_500"\ncampaign = "5"',
                r"key 'campaign': read '5', allowed: the number of a campaign",
            ),
            (
                'kind = "status_500"\nday = "15/09/2026"',
                r"key 'day': read '15/09/2026', allowed: a date as 2026-09-15",
            ),
            ('kind = "status_500"\nday = 2026-09-15T10:00:00', r"key 'day': .*allowed: a date"),
            (
                'kind = "status_500"\nseconds = -1',
                r"key 'seconds': read -1, allowed: a number of seconds",
            ),
            ('kind = "status_500"\nretry_after = [1]', r"key 'retry_after': read \[1\]"),
            ('kind = "status_500"\ncount = 1.5', r"key 'count': read 1.5, allowed: a whole number"),
            ('kind = "status_500"\ncap = 0', r"key 'cap': read 0"),
            ('kind = "status_500"\nbody = 1', r"key 'body': read 1, allowed: a text"),
        ],
    )
    def test_a_mistake_is_told_with_its_place(
        self, load: Callable[[str], list[Fault]], entry: str, message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            load(f'[[fault]]\nkind = "status_500"\n\n[[fault]]\n{entry}\n')

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[[fault", "not a TOML file"),
            ("[[faults]]\n", "key 'faults' at the top"),
            ('fault = "x"\n', "key 'fault': read 'x'"),
        ],
    )
    def test_a_file_of_another_form_is_told(
        self, load: Callable[[str], list[Fault]], text: str, message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            load(text)
