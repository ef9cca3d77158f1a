"""The simulator speaks as 3C Plus does."""

import socket
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import requests

from robot.simulators.threec import DEMO_TOKEN, Request, Simulator, make_calls

DAY = date(2026, 9, 15)
OTHER_DAY = date(2026, 9, 16)

Simulate = Callable[..., Any]


def ids_of(calls: list[Any], day: date = DAY) -> list[str]:
    return [call["id"] for call in calls if call["call_date"].startswith(day.isoformat())]


class TestAccess:
    def test_the_demo_token_has_60_characters_as_a_real_one(self) -> None:
        assert len(DEMO_TOKEN) == 60

    def test_a_bearer_token_opens(self, simulate: Simulate) -> None:
        assert simulate().page().status_code == 200

    def test_a_token_in_the_query_opens(self, simulate: Simulate) -> None:
        assert simulate(client_token=None).page(api_token=DEMO_TOKEN).status_code == 200

    @pytest.mark.parametrize("token", [None, "wrong"])
    @pytest.mark.parametrize("path", ["/calls", "/me", "/campaigns"])
    def test_anything_else_is_refused_in_the_envelope_of_errors(
        self, simulate: Simulate, token: str | None, path: str
    ) -> None:
        client = simulate(client_token=token)
        answer = client.get(path)
        assert answer.status_code == 401
        assert answer.json()["status"] == 401
        assert {"title", "detail", "errors", "transaction_id"} <= set(answer.json())
        assert not client.simulator.requests[0].authorization_ok

    def test_me_tells_who_holds_the_token(self, simulate: Simulate) -> None:
        assert simulate().get("/me").json()["data"]["api_token"] == DEMO_TOKEN

    @pytest.mark.parametrize("company", [{"company_domain": "demo"}, {"company_id": 10}])
    @pytest.mark.parametrize("as_json", [True, False])
    def test_user_and_password_give_the_token(
        self, simulate: Simulate, company: dict[str, Any], as_json: bool
    ) -> None:
        client = simulate(client_token=None, user="ana", password="segredo")
        form = {"user": "ana", "password": "segredo", **company}
        sent = {"json": form} if as_json else {"data": form}
        answer = client.session.post(client.simulator.base_url + "/authenticate", timeout=5, **sent)
        assert answer.status_code == 200
        assert answer.json()["data"]["api_token"] == DEMO_TOKEN
        assert answer.json()["data"]["settings"]["timezone"] == "America/Sao_Paulo"

    @pytest.mark.parametrize(
        ("form", "status"),
        [
            ({"user": "demo", "password": "wrong", "company_id": 10}, 401),
            ({"user": "demo", "password": "demo"}, 422),
            ({}, 422),
        ],
    )
    def test_a_wrong_password_or_a_missing_field_is_refused(
        self, simulate: Simulate, form: dict[str, Any], status: int
    ) -> None:
        client = simulate()
        answer = client.session.post(
            client.simulator.base_url + "/authenticate", json=form, timeout=5
        )
        assert answer.status_code == status

    def test_a_second_factor_gives_203_and_no_token(self, simulate: Simulate) -> None:
        client = simulate(second_factor=True)
        form = {"user": "demo", "password": "demo", "company_id": 10}
        answer = client.session.post(
            client.simulator.base_url + "/authenticate", json=form, timeout=5
        )
        assert answer.status_code == 203
        assert DEMO_TOKEN not in answer.text

    @pytest.mark.parametrize("path", ["/nothing", "/calls/1", "/authenticate"])
    def test_an_unknown_path_is_404_with_a_message(self, simulate: Simulate, path: str) -> None:
        answer = simulate().get(path)
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


class TestPages:
    def test_the_envelope_is_the_one_of_the_api(self, simulate: Simulate) -> None:
        client = simulate()
        body = client.page(2).json()
        assert list(body) == ["status", "title", "detail", "transaction_id", "data", "meta"]
        assert body["meta"]["pagination"] == {
            "total": 35,
            "count": 10,
            "per_page": 10,
            "current_page": 2,
            "total_pages": 4,
            "links": {
                "previous": f"{client.simulator.url}?page=1",
                "next": f"{client.simulator.url}?page=3",
            },
        }

    @pytest.mark.parametrize("per_page", [1, 7, 10, 35, 500])
    def test_a_walk_over_the_pages_gives_every_id_once_in_order(
        self, simulate: Simulate, calls: list[Any], per_page: int
    ) -> None:
        assert simulate().walk(per_page=per_page) == ids_of(calls)

    def test_a_call_arrives_as_it_was_made(self, simulate: Simulate, calls: list[Any]) -> None:
        odd = make_calls([DAY], 120, broken=4)
        received = simulate(odd).data(per_page=500, with_mailing="true")
        assert sorted(map(repr, received)) == sorted(map(repr, odd))

    def test_the_list_can_be_served_backwards(self, simulate: Simulate, calls: list[Any]) -> None:
        assert simulate(order="desc").walk() == ids_of(calls)[::-1]

    def test_calls_given_in_disorder_are_served_in_order(
        self, simulate: Simulate, calls: list[Any]
    ) -> None:
        assert simulate(calls[::-1]).walk() == ids_of(calls)

    def test_a_page_beyond_the_end_is_empty_and_keeps_the_totals(self, simulate: Simulate) -> None:
        body = simulate().page(9).json()
        assert body["data"] == []
        assert (body["meta"]["pagination"]["total"], body["meta"]["pagination"]["count"]) == (35, 0)

    def test_a_day_without_calls_is_an_empty_page(self, simulate: Simulate) -> None:
        pagination = simulate().pagination(day=DAY - timedelta(1))
        assert (pagination["total"], pagination["total_pages"], pagination["links"]) == (0, 1, {})

    def test_the_last_page_has_no_next_link(self, simulate: Simulate) -> None:
        assert "next" not in simulate().pagination(4)["links"]

    def test_15_records_come_when_per_page_is_missing(self, simulate: Simulate) -> None:
        answer = simulate().get(start_date=f"{DAY} 00:00:00", end_date=f"{DAY} 23:59:59").json()
        assert (len(answer["data"]), answer["meta"]["pagination"]["per_page"]) == (15, 15)

    def test_the_greatest_page_is_echoed(self, simulate: Simulate, calls: list[Any]) -> None:
        client = simulate(per_page_cap=4)
        assert (len(client.data()), client.pagination()["per_page"]) == (4, 4)
        assert client.walk() == ids_of(calls)

    def test_the_greatest_page_can_be_kept_silent(self, simulate: Simulate) -> None:
        client = simulate(per_page_cap=4, echo_cap=False)
        assert (len(client.data()), client.pagination()["per_page"]) == (4, 10)

    @pytest.mark.parametrize("asked", [True, False])
    def test_simple_pagination_has_links_and_no_totals(
        self, simulate: Simulate, asked: bool
    ) -> None:
        client = simulate(simple_pagination=not asked)
        params = {"simple_paginate": "true"} if asked else {}
        assert set(client.pagination(1, **params)) == {"count", "per_page", "current_page", "links"}
        assert set(client.pagination(1, **params)["links"]) == {"next"}
        assert set(client.pagination(4, **params)["links"]) == {"previous"}

    @pytest.mark.parametrize(("links", "value"), [("object", {}), ("list", []), ("absent", None)])
    def test_links_may_be_empty_or_absent(self, simulate: Simulate, links: str, value: Any) -> None:
        assert simulate(links=links).pagination().get("links") == value

    def test_mailing_data_comes_only_when_asked_for(self, simulate: Simulate) -> None:
        client = simulate()
        assert not any("mailing_data" in call for call in client.data())
        assert all("mailing_data" in call for call in client.data(with_mailing="true"))
        assert not any("mailing_data" in call for call in client.data(with_mailing="false"))

    def test_campaigns_are_listed_page_by_page(self, simulate: Simulate) -> None:
        client = simulate()
        first = client.get("/campaigns", per_page=2).json()
        second = client.get("/campaigns", per_page=2, page=2).json()
        assert [campaign["id"] for campaign in first["data"] + second["data"]] == [5, 6, 7]
        assert first["meta"]["pagination"]["total_pages"] == 2
        assert client.get("/campaigns", page=0).status_code == 422


class TestFilters:
    def test_the_period_includes_both_its_ends(self, simulate: Simulate, calls: list[Any]) -> None:
        first, last = calls[3], calls[8]
        body = (
            simulate()
            .get(start_date=first["call_date"], end_date=last["call_date"], per_page=100)
            .json()
        )
        received = [call["id"] for call in body["data"]]
        assert received == [
            c["id"] for c in calls if first["call_date"] <= c["call_date"] <= last["call_date"]
        ]

    def test_a_period_may_cover_several_days(self, simulate: Simulate, calls: list[Any]) -> None:
        body = (
            simulate()
            .get(start_date=f"{DAY} 00:00:00", end_date=f"{OTHER_DAY} 23:59:59", per_page=100)
            .json()
        )
        assert [call["id"] for call in body["data"]] == [call["id"] for call in calls]

    @pytest.mark.parametrize("params", [{"campaigns[]": [5, 7]}, {"campaign_ids": "5,7"}])
    def test_campaigns_are_filtered(
        self, simulate: Simulate, calls: list[Any], params: dict[str, Any]
    ) -> None:
        wanted = {c["id"] for c in calls if int(c["campaign_id"]) in (5, 7)} & set(ids_of(calls))
        received = simulate().walk(**params)
        assert len(received) == len(wanted)
        assert set(received) == wanted

    def test_indexed_campaigns_are_silently_ignored(self, simulate: Simulate) -> None:
        assert simulate().pagination(**{"campaigns[0]": 5})["total"] == 35

    def test_campaign_ids_can_be_silently_ignored(self, simulate: Simulate) -> None:
        assert simulate(campaign_ids_work=False).pagination(campaign_ids="5")["total"] == 35

    def test_calls_after_now_have_not_happened_yet(
        self, simulate: Simulate, calls: list[Any]
    ) -> None:
        clock = [datetime(2026, 9, 15, 12)]
        client = simulate(now=lambda: clock[0])
        before = [c["id"] for c in calls if c["call_date"] <= "2026-09-15 12:00:00"]
        assert client.walk() == before
        clock[0] += timedelta(days=1)
        assert client.walk() == ids_of(calls)

    @pytest.mark.parametrize(
        ("field", "params"),
        [
            ("start_date", {"start_date": "2026-09-15"}),
            ("end_date", {"end_date": "2026-09-15"}),
            ("start_date", {"start_date": "2026-02-30 00:00:00"}),
            ("start_date", {"start_date": ""}),
            ("end_date", {"end_date": "2026-09-14 23:59:59"}),
            ("end_date", {"end_date": "2026-10-16 00:00:01"}),
            ("page", {"page": 0}),
            ("page", {"page": "x"}),
            ("per_page", {"per_page": 0}),
            ("per_page", {"per_page": -1}),
            ("campaigns", {"campaigns[]": "x"}),
        ],
    )
    def test_what_the_api_refuses_is_422_and_names_the_field(
        self, simulate: Simulate, field: str, params: dict[str, Any]
    ) -> None:
        answer = (
            simulate().page(**{"number": 1, **params})
            if "page" not in params
            else simulate().page(params["page"])
        )
        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == [field]

    def test_31_days_are_not_too_many(self, simulate: Simulate) -> None:
        assert simulate().page(end_date="2026-10-16 00:00:00").status_code == 200


class TestBrokenRecords:
    def test_a_record_without_a_date_is_served_with_the_day_it_was_given_in(
        self, simulate: Simulate
    ) -> None:
        client = simulate(make_calls([DAY, OTHER_DAY], 20, broken=4))
        for day in (DAY, OTHER_DAY):
            assert client.pagination(day=day)["total"] == 24
            assert (
                sum(isinstance(record, str) for record in client.data(day=day, per_page=100)) == 1
            )


class TestChanges:
    def test_calls_can_be_replaced_while_the_server_runs(
        self, simulate: Simulate, calls: list[Any]
    ) -> None:
        client = simulate([])
        assert client.walk() == []
        client.simulator.replace_calls(calls)
        assert client.walk() == ids_of(calls)

    def test_a_call_can_change_and_the_given_one_does_not(
        self, simulate: Simulate, calls: list[Any]
    ) -> None:
        client = simulate()
        before = dict(calls[0])
        client.data()
        client.simulator.update_call(calls[0]["id"], qualification="Venda realizada")
        assert client.data()[0]["qualification"] == "Venda realizada"
        assert client.data()[0].keys() == (calls[0].keys() - {"mailing_data"})
        assert calls[0] == before

    def test_a_call_with_another_date_takes_another_place(
        self, simulate: Simulate, calls: list[Any]
    ) -> None:
        client = simulate()
        client.simulator.update_call(calls[0]["id"], call_date=f"{OTHER_DAY} 23:59:59")
        assert calls[0]["id"] not in client.walk()
        assert client.walk(day=OTHER_DAY)[-1] in (calls[0]["id"], calls[-1]["id"])

    def test_a_call_can_come_and_go(self, simulate: Simulate, calls: list[Any]) -> None:
        client = simulate()
        client.simulator.remove_call(calls[2]["id"])
        assert client.walk() == [i for i in ids_of(calls) if i != calls[2]["id"]]
        client.simulator.add_call(calls[2])
        assert client.walk() == ids_of(calls)
        assert client.simulator.calls == calls

    def test_an_unknown_call_cannot_change_nor_go(self, simulate: Simulate) -> None:
        simulator = simulate().simulator
        with pytest.raises(KeyError):
            simulator.update_call("f" * 24, agent="x")
        with pytest.raises(KeyError):
            simulator.remove_call("f" * 24)

    def test_the_list_can_move_while_it_is_read(self, simulate: Simulate, calls: list[Any]) -> None:
        """A call that goes away before page 2 moves the first call of page 2 back into page 1: a
        walk misses it.
        """
        day = ids_of(calls)

        def forget_the_first(request: Request) -> None:
            if request.page == 2:
                client.simulator.remove_call(day[0])

        client = simulate()
        client.simulator.on_page = forget_the_first
        assert client.ids(1) + client.ids(2) == day[:10] + day[11:21]

    def test_the_list_can_move_forward_while_it_is_read(
        self, simulate: Simulate, calls: list[Any]
    ) -> None:
        """A call that appears at the start before page 2 pushes the last call of page 1 into page
        2: it comes twice.
        """
        day = ids_of(calls)
        new = {**calls[0], "id": "0" * 24}
        client = simulate(
            on_page=lambda request: client.simulator.add_call(new) if request.page == 2 else None
        )
        assert client.ids(1) + client.ids(2) == day[:10] + day[9:19]


class TestRecordOfRequests:
    def test_each_request_is_noted_with_what_it_asked_for(self, simulate: Simulate) -> None:
        client = simulate()
        client.page(2, **{"campaigns[]": [5, 6]})
        (request,) = client.simulator.requests
        assert (request.method, request.path, request.status) == ("GET", "/api/v1/calls", 200)
        assert request.query["campaigns[]"] == ["5", "6"]
        assert (request.page, request.per_page, request.days) == (2, 10, (DAY, DAY))
        assert request.campaigns == {5, 6}
        assert request.authorization_ok

    def test_pages_are_counted_by_day(self, simulate: Simulate) -> None:
        client = simulate()
        client.walk()
        client.page(day=OTHER_DAY)
        client.get("/me")
        client.page(0)
        simulator = client.simulator
        assert (
            simulator.pages_served(),
            simulator.pages_served(DAY),
            simulator.pages_served(OTHER_DAY),
        ) == (6, 5, 1)

    def test_the_hook_sees_a_request_that_is_not_answered_yet(self, simulate: Simulate) -> None:
        seen: list[Request] = []
        simulate(on_page=seen.append).page(3)
        assert [(request.page, request.status) for request in seen] == [(3, 0)]


class TestConnections:
    def test_one_connection_carries_many_requests(self, simulate: Simulate) -> None:
        simulator = simulate().simulator
        ask = (
            f"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {DEMO_TOKEN}\r\n\r\n"
        ).encode()
        with socket.create_connection(
            ("127.0.0.1", simulator._listener.port), timeout=5
        ) as connection:
            for _ in range(3):
                connection.sendall(ask)
                assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")

    def test_many_clients_are_served_at_once(self, simulate: Simulate, calls: list[Any]) -> None:
        client = simulate(latency_seconds=0.05)
        answers: list[int] = []

        def ask() -> None:
            answers.append(requests.get(client.simulator.base_url + "/me", timeout=5).status_code)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [401] * 8

    def test_stop_closes_an_idle_connection(self, calls: list[Any]) -> None:
        with Simulator(calls) as simulator:
            connection = socket.create_connection(
                ("127.0.0.1", simulator._listener.port), timeout=5
            )
            connection.sendall(b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.recv(65536)
        with connection:
            assert connection.recv(1) == b""

    def test_stop_ends_an_answer_that_is_being_delayed(self, simulate: Simulate) -> None:
        client = simulate(latency_seconds=60)
        threading.Timer(0.1, client.simulator.stop).start()
        with pytest.raises(requests.ConnectionError):
            client.get("/me", timeout=30)

    def test_the_server_can_go_away_while_a_page_is_built(self, simulate: Simulate) -> None:
        client = simulate(on_page=lambda _: client.simulator.stop())
        start = time.monotonic()
        with pytest.raises(requests.ConnectionError):
            client.page(timeout=30)
        assert time.monotonic() - start < 20

    def test_a_stopped_simulator_refuses_and_comes_back_on_its_port(
        self, simulate: Simulate
    ) -> None:
        client = simulate()
        url = client.simulator.url
        client.simulator.stop()
        client.simulator.stop()
        with pytest.raises(requests.ConnectionError):
            client.page()
        client.simulator.start()
        client.simulator.start()
        assert client.simulator.url == url
        assert client.page().status_code == 200

    def test_a_client_that_leaves_in_the_middle_of_an_answer_is_no_event(
        self, simulate: Simulate, capfd: pytest.CaptureFixture[str]
    ) -> None:
        client = simulate(make_calls([DAY], 3000))
        with socket.create_connection(
            ("127.0.0.1", client.simulator._listener.port), timeout=5
        ) as connection:
            path = (
                f"/api/v1/calls?start_date={DAY}%2000:00:00&end_date={DAY}%2023:59:59&per_page=3000"
            )
            head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {DEMO_TOKEN}\r\n\r\n"
            connection.sendall(head.encode())
            connection.recv(10)
        client.simulator.stop()
        assert capfd.readouterr().err == ""
