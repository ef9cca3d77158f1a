"""OAuth kept alive: the first code, the renewal, and every way in which it can go wrong."""

from __future__ import annotations

import json
import logging
import threading
import traceback
from pathlib import Path

import pytest
from ghl_world import World, opens, token_of

from robot.errors import ConfigurationError, ExitCode, RetriableError
from robot.gohighlevel import (
    GoHighLevelAuth,
    GoHighLevelClient,
    GrantRefused,
    LocationInactive,
    NotAuthorized,
    TokenLost,
)
from robot.gohighlevel.errors import ClientRefused
from robot.http import TokenExpired
from robot.simulators.faults import Fault
from robot.simulators.gohighlevel import LOCATION

TOKEN = "/oauth/token"


# -- the spec's flow


def test_the_code_serves_the_first_run_and_later_runs_need_it_no_more(world: World):
    first = GoHighLevelClient(world.auth(world.api.tokens.authorize()))
    assert first.check().contacts == 12
    later = GoHighLevelClient(world.auth())
    assert later.check().location_id == LOCATION
    world.clock.advance(days=1)
    assert GoHighLevelClient(world.auth()).check().contacts == 12
    assert world.api.tokens.exchanges == 1
    assert world.api.tokens.refreshes == 1


def test_a_used_code_that_stays_in_the_settings_is_not_sent_again(world: World):
    code = world.api.tokens.authorize()
    for _ in range(3):
        assert opens(world, world.auth(code))
    assert world.api.tokens.exchanges == 1
    assert world.api.tokens.refused == 0


def test_a_new_code_is_exchanged_though_a_token_is_stored(world: World):
    world.authorized()
    auth = world.auth(world.api.tokens.authorize("another-location"))
    assert auth.location_id == "another-location"
    assert world.api.tokens.exchanges == 2


def test_a_bad_code_does_no_harm_where_a_token_is_stored_and_is_sent_once(
    world: World, caplog: pytest.LogCaptureFixture
):
    world.authorized()
    for _ in range(2):
        assert opens(world, world.auth("a-code-of-yesterday"))
    assert world.api.tokens.refused == 1
    assert "GHL_AUTHORIZATION_CODE" in caplog.text
    assert "a-code-of-yesterday" not in caplog.text


def test_a_bad_code_without_a_token_is_told_with_the_way_out(world: World):
    with pytest.raises(GrantRefused, match="GHL_AUTHORIZATION_CODE"):
        world.auth("a-code-of-yesterday").credentials()
    assert opens(world, world.auth(world.api.tokens.authorize()))


def test_without_code_and_token_it_leaves_with_2(world: World):
    with pytest.raises(NotAuthorized) as caught:
        world.auth().credentials()
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert world.api.received == []


def test_a_wrong_client_secret_leaves_the_token_as_it_is(world: World):
    world.authorized()
    world.clock.advance(days=1)
    with pytest.raises(ClientRefused, match="GHL_CLIENT_SECRET"):
        world.auth(client_secret="not-the-secret").credentials()
    assert opens(world, world.auth())


def test_the_stored_client_secret_serves_when_the_settings_have_it_no_more(world: World):
    world.authorized()
    world.clock.advance(days=1)
    assert opens(world, world.auth(client_secret=""))


@pytest.mark.parametrize("version", ["2021-07-28", "v3"])
@pytest.mark.parametrize("casing", ["snake", "camel"])
def test_answers_are_read_in_both_casings(world: World, version: str, casing: str):
    world.api.tokens.casing = casing  # type: ignore[assignment]
    auth = world.auth(world.api.tokens.authorize(), api_version=version)
    assert opens(world, auth)
    world.clock.advance(days=1)
    assert opens(world, auth)
    names = set(world.api.received[0].content)
    assert ("clientId" in names) == (version == "v3")


# -- renewal


def test_it_is_renewed_five_minutes_before_its_end_and_not_before(world: World):
    auth = world.authorized()
    first = token_of(auth)
    world.clock.advance(seconds=86_399 - 301)
    assert token_of(auth) == first
    world.clock.advance(seconds=1)
    assert token_of(auth) != first
    assert opens(world, auth)
    assert world.api.tokens.refreshes == 1


def test_it_lives_for_years(world: World):
    auth = world.authorized()
    for _ in range(20):
        world.clock.advance(days=100)
        assert opens(world, auth)
    assert world.api.tokens.refreshes == 20


def test_a_401_renews_once_and_the_request_is_sent_again(world: World):
    client = GoHighLevelClient(world.authorized())
    client.check()
    world.api.tokens.revoke_access()
    assert client.check().contacts == 12
    assert world.api.tokens.refreshes == 1


def test_a_401_to_a_token_that_was_just_renewed_is_final(world: World):
    client = GoHighLevelClient(world.authorized())
    client.check()
    world.api.use_faults([Fault("status_401", path="/contacts/search", times=None)])
    with pytest.raises(TokenExpired):
        client.check()
    with pytest.raises(TokenExpired):
        client.check()
    assert world.api.tokens.refreshes == 1


def test_another_process_s_renewal_is_taken_instead_of_one_more(world: World):
    here, there = world.authorized(), world.auth()
    there.credentials()
    world.clock.advance(days=1)
    assert token_of(there) == token_of(here)
    assert world.api.tokens.refreshes == 1


def test_twenty_threads_at_once_renew_once(world: World):
    auths = [world.authorized()] + [world.auth() for _ in range(3)]
    world.clock.advance(days=1)
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda auth=auths[n % 4]: found.append(opens(world, auth)))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 20
    assert world.api.tokens.refreshes == 1


def test_an_answer_without_a_refresh_token_never_overwrites_one(world: World):
    auth = world.authorized()
    kept = world.stored().refresh_token
    world.api.tokens.gives_refresh_token = False
    world.clock.advance(days=1)
    assert opens(world, auth)
    assert world.stored().refresh_token == kept
    world.api.tokens.gives_refresh_token = True
    world.clock.advance(days=1)
    assert opens(world, auth)
    assert world.stored().refresh_token != kept


def test_a_paused_location_keeps_its_token_and_works_again_when_active(world: World):
    auth = world.authorized()
    before = world.stored()
    world.api.tokens.paused.add(LOCATION)
    world.clock.advance(days=1)
    with pytest.raises(LocationInactive, match="kept"):
        auth.credentials()
    assert world.stored() == before
    assert world.auth().standing().authorized
    world.api.tokens.paused.clear()
    assert opens(world, world.auth())


def test_a_refused_token_is_told_once_stored_and_asked_for_no_more(world: World):
    world.authorized()
    world.api.tokens.revoke_all()
    world.clock.advance(days=1)
    for _ in range(3):
        with pytest.raises(TokenLost, match="GHL_AUTHORIZATION_CODE"):
            world.auth().credentials()
    assert world.api.tokens.refused == 1
    assert world.auth().standing().lost
    assert opens(world, world.auth(world.api.tokens.authorize()))
    assert not world.auth().standing().lost


# -- answers that are lost


@pytest.mark.parametrize("kind", ["reset_before", "reset_in_body", "short_body", "empty_body"])
def test_an_answer_lost_after_the_server_took_the_token_is_told_after_one_more_try(
    world: World, kind: str
):
    auth = world.authorized()
    world.clock.advance(days=1)
    world.api.use_faults([Fault(kind, path=TOKEN)])
    if kind == "empty_body":  # the fault stands for the whole answer: nothing was done
        assert opens(world, auth)
        return
    with pytest.raises(TokenLost, match="never stored"):
        auth.credentials()
    assert (world.api.tokens.refreshes, world.api.tokens.refused) == (1, 1)


@pytest.mark.parametrize("kind", ["status_500", "status_502", "status_503", "html_200"])
def test_trouble_before_the_token_was_taken_is_tried_again(world: World, kind: str):
    auth = world.authorized()
    world.clock.advance(days=1)
    world.api.use_faults([Fault(kind, path=TOKEN)])
    assert opens(world, auth)
    assert world.api.tokens.refreshes == 1


def test_an_api_that_is_down_loses_nothing(world: World):
    auth = world.authorized()
    world.clock.advance(days=1)
    world.api.stop()
    with pytest.raises(RetriableError):
        auth.credentials()
    assert not world.store().read().sent
    world.api.use_faults([Fault("status_500", path=TOKEN, times=4)])
    world.api.start()
    for _ in range(2):
        with pytest.raises(RetriableError):
            auth.credentials()
    assert world.store().read().sent
    assert opens(world, auth)
    assert not world.store().read().sent


def test_a_token_call_that_is_limited_has_done_nothing(world: World):
    auth = world.authorized()
    world.clock.advance(days=1)
    world.api.use_faults([Fault("status_429", path=TOKEN)])
    with pytest.raises(RetriableError):
        auth.credentials()
    assert opens(world, auth)


def test_a_database_that_fails_after_the_answer_is_tried_again_with_the_same_token(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    auth = world.authorized()
    world.clock.advance(days=1)
    store = auth._store
    save = store.save

    def fails(*_: object, **__: object) -> bool:
        raise RetriableError("The database is away.")

    monkeypatch.setattr(store, "save", fails)
    with pytest.raises(RetriableError):
        auth.credentials()
    monkeypatch.setattr(store, "save", save)
    assert opens(world, auth)
    assert world.api.tokens.refreshes == 1
    assert opens(world, world.auth())


# -- who it opens, and what is shown


def test_another_location_than_the_token_s_is_told(world: World):
    world.authorized()
    with pytest.raises(ConfigurationError, match=LOCATION):
        _ = world.auth(location_id="elsewhere").location_id


def test_the_standing_tells_all_but_the_tokens(world: World):
    auth = world.authorized()
    standing = world.auth().standing()
    assert standing.authorized
    assert standing.location_id == LOCATION
    assert standing.valid_until == world.stored().expires_at
    assert token_of(auth) not in repr(standing) + repr(auth)


def test_what_is_forgotten_needs_a_new_code(world: World):
    auth = world.authorized()
    auth.forget()
    with pytest.raises(NotAuthorized):
        auth.credentials()


def test_no_secret_reaches_a_log_a_message_or_a_traceback(
    world: World, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    auth = world.authorized()
    secrets = [world.stored().access_token, world.stored().refresh_token, auth._client.secret]
    world.clock.advance(days=1)
    world.api.use_faults([Fault("reset_before", path=TOKEN)])
    with pytest.raises(TokenLost) as caught:
        auth.credentials()
    shown = caplog.text + "".join(traceback.format_exception(caught.value))
    assert not [secret for secret in secrets if secret in shown]


def test_secrets_are_not_sent_to_an_address_without_tls(world: World):
    with pytest.raises(ConfigurationError, match="GHL_BASE_URL"):
        world.auth(base_url="http://services.example.com")


# -- the template's file


def test_the_file_of_the_spec_s_template_is_taken_over_once(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    file = tmp_path / "token_storage.json"
    world.authorized()
    old = world.stored()
    file.write_text(
        json.dumps({"access_token": old.access_token, "refresh_token": old.refresh_token})
    )
    world.account += "-new"
    assert opens(world, world.auth(token_file=file))
    assert str(file) in caplog.text
    assert "Delete that file" in caplog.text
    caplog.clear()
    assert opens(world, world.auth(token_file=file))
    assert caplog.text == ""
    assert world.api.tokens.refreshes == 1


def test_a_file_that_is_empty_is_none_and_a_broken_one_is_told(world: World, tmp_path: Path):
    file = tmp_path / "token_storage.json"
    file.write_text("")
    with pytest.raises(NotAuthorized):
        world.auth(token_file=file).credentials()
    file.write_text("{")
    with pytest.raises(ConfigurationError, match=r"token_storage\.json"):
        world.auth(token_file=file).credentials()


# -- alone


def test_it_reads_its_settings_from_the_environment_with_docker_s_quotes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DB_FILE", str(tmp_path / "alone.db"))
    monkeypatch.setenv("DB_SERVER", "")
    monkeypatch.setenv("GHL_CLIENT_ID", '"65a0f00dcafe-demoapp1"')
    monkeypatch.setenv("GHL_CLIENT_SECRET", "'demo-client-secret-0001'")
    monkeypatch.setenv("GHL_REDIRECT_URI", "https://example.com/callback")
    monkeypatch.setenv("GHL_AUTHORIZATION_CODE", f'"{world.api.tokens.authorize()}"')
    monkeypatch.setenv("GHL_BASE_URL", world.api.base_url)
    assert GoHighLevelClient(GoHighLevelAuth(clock=world.clock)).check().contacts == 12
    assert (tmp_path / "alone.db").exists()
