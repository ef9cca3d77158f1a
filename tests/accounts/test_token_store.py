"""The encrypted token store, on both databases."""

from __future__ import annotations

import itertools
import stat
import sys
import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import Database

from robot.accounts import Stored, Tokens, TokenStore, file_store, new_key, rotate, token_store
from robot.errors import ConfigurationError, ExitCode

NOW = datetime(2026, 9, 16, 5, 0, tzinfo=UTC)
SENTENCE = "quatro cavalos atravessam o rio gelado"


def tokens(number: int = 1) -> Tokens:
    return Tokens(
        f"access-{number:020}",
        f"refresh-{number:020}",
        NOW,
        NOW + timedelta(days=1),
        "client-secret-of-the-app",
        {"locationId": "loc1"},
    )


@pytest.fixture
def account() -> str:
    """An account of its own: tests share the server's database."""
    return uuid.uuid4().hex


@pytest.fixture
def store(database: Database, account: str) -> TokenStore:
    return store_of(database, account)


def store_of(database: Database, account: str, token_key: str = "") -> TokenStore:
    return token_store(database.settings, "demo", account, token_key=token_key, clock=lambda: NOW)


def row(database: Database, account: str) -> tuple[object, ...]:
    (found,) = database.query("SELECT * FROM oauth_tokens WHERE account = ?", account)
    return found


def test_what_was_never_stored_is_nothing(store: TokenStore):
    assert store.read() == Stored()


def test_what_is_stored_comes_back_in_another_process_s_store(
    database: Database, store: TokenStore, account: str
):
    assert store.save(tokens(), after=0, code_hash="abc")
    assert store_of(database, account).read() == Stored(1, tokens(), "abc")


def test_the_table_may_be_made_before_or_behind_the_robot_s_others(
    database: Database, store: TokenStore, account: str
):
    store.save(tokens(), after=0)
    database.repository().close()
    scripts = {str(name) for (name,) in database.query("SELECT script FROM schema_versions")}
    assert "accounts/0001_oauth_tokens.sql" in scripts
    assert store_of(database, account).read().tokens == tokens()


def test_no_token_and_no_secret_stands_in_the_database(
    database: Database, store: TokenStore, account: str
):
    store.save(tokens(), after=0)
    text = repr(row(database, account))
    for secret in (tokens().access_token, tokens().refresh_token, tokens().client_secret):
        assert secret not in text
    assert "loc1" in text
    for secret in (tokens().access_token, tokens().refresh_token, tokens().client_secret):
        assert secret not in repr(store.read())


def test_the_key_file_is_its_owner_s_alone_and_named(
    store: TokenStore, caplog: pytest.LogCaptureFixture
):
    store.save(tokens(), after=0)
    assert str(store.keys.file) in caplog.text
    assert store.keys.file.read_text() not in caplog.text
    if sys.platform != "win32":
        assert stat.S_IMODE(store.keys.file.stat().st_mode) == 0o600


def test_reading_makes_no_key_file(store: TokenStore):
    store.read()
    assert not store.keys.file.exists()


def test_ten_threads_that_need_a_key_at_once_make_one(tmp_path: Path):
    found: list[str] = []

    def choose() -> None:
        found.append(file_store(tmp_path / "robot.db", "demo", "a").keys.chosen().id)

    threads = [threading.Thread(target=choose) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert len(set(found)) == 1


def test_a_host_that_cannot_decrypt_leaves_with_2_and_says_how_to_go_on(
    database: Database, store: TokenStore, account: str
):
    store.save(tokens(), after=0)
    store.keys.file.unlink()
    with pytest.raises(ConfigurationError) as caught:
        store_of(database, account).read()
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert "TOKEN_KEY" in str(caught.value)
    assert str(store.keys.file) in str(caught.value)
    assert not store.keys.file.exists()


def test_a_wrong_key_never_overwrites(database: Database, account: str):
    store_of(database, account, SENTENCE).save(tokens(), after=0)
    before = row(database, account)
    with pytest.raises(ConfigurationError):
        store_of(database, account, new_key()).save(tokens(2), after=1)
    assert row(database, account) == before


def test_a_secret_that_somebody_changed_is_not_taken(
    database: Database, store: TokenStore, account: str
):
    store.save(tokens(), after=0)
    database.query(
        "UPDATE oauth_tokens SET secret = ? WHERE account = ?", "gAAAAA" + "x" * 100, account
    )
    with pytest.raises(ConfigurationError, match="cannot be decrypted"):
        store.read()


def test_a_token_that_no_key_opens_can_be_forgotten(database: Database, account: str):
    store_of(database, account, SENTENCE).save(tokens(), after=0)
    other = store_of(database, account, new_key())
    other.forget()
    assert other.save(tokens(2), after=0)


def test_the_same_sentence_is_the_same_key_on_every_server(database: Database, account: str):
    store_of(database, account, SENTENCE).save(tokens(), after=0)
    assert store_of(database, account, f" {SENTENCE} ").read().tokens == tokens()


def test_a_short_key_is_refused_without_being_shown(database: Database, account: str):
    with pytest.raises(ConfigurationError) as caught:
        store_of(database, account, "segredo").save(tokens(), after=0)
    assert "segredo" not in str(caught.value)


def test_an_answer_to_an_older_token_does_not_take_the_newer_one_s_place(store: TokenStore):
    assert store.save(tokens(1), after=0)
    assert store.save(tokens(2), after=1)
    assert not store.save(tokens(3), after=0)
    assert store.read().tokens == tokens(2)


def test_saving_the_same_once_more_is_no_failure(store: TokenStore):
    assert store.save(tokens(1), after=0)
    assert store.save(tokens(1), after=0)
    assert store.read().generation == 1


def test_marks_are_kept_till_a_new_token_comes(store: TokenStore):
    store.note_sent()
    assert store.read() == Stored(sent=True)
    store.note_settled()
    assert not store.read().sent
    store.save(tokens(), after=0)
    store.note_lost()
    assert store.read().lost
    store.save(tokens(2), after=1)
    assert store.read() == Stored(2, tokens(2))


@pytest.mark.parametrize("where", ["this computer", "another computer"])
def test_the_lock_is_one_account_s_and_one_holder_s(
    database: Database, store: TokenStore, account: str, tmp_path: Path, where: str
):
    order: list[str] = []
    begun = threading.Event()
    there = database if where == "this computer" else database.elsewhere(tmp_path / "there")

    def other() -> None:
        begun.set()
        with store_of(there, account).held():
            order.append("second")

    with store.held():
        thread = threading.Thread(target=other)
        thread.start()
        begun.wait()
        with store_of(database, f"{account}-2").held():
            order.append("another account")
        order.append("first")
    thread.join()
    assert order == ["another account", "first", "second"]


@settings(max_examples=20)  # each writes a database file
@given(st.permutations(range(5)), st.integers(0, 3))
def test_whatever_the_order_of_the_answers_the_stored_token_is_the_newest(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], repeated: int
):
    store = file_store(tmp_path_factory.mktemp("store") / "robot.db", "demo", "a")
    newest = -1
    for after in itertools.chain(order, order[:repeated]):
        store.save(tokens(after), after=after)
        newest = max(newest, after)
        assert store.read() == Stored(newest + 1, tokens(newest))


# -- another key


def test_after_a_rotation_the_tokens_are_read_with_the_new_key_alone(tmp_path: Path):
    store = file_store(tmp_path / "robot.db", "demo", "a", clock=lambda: NOW)
    other = file_store(tmp_path / "robot.db", "demo", "b", clock=lambda: NOW)
    store.save(tokens(1), after=0)
    other.save(tokens(2), after=0)
    old = store.keys.file.read_text()
    assert rotate(store.open_engine, store.keys) == 2
    assert store.read().tokens == tokens(1)
    assert other.read().tokens == tokens(2)
    assert not store.keys.old_file.exists()
    assert store.keys.file.read_text() != old
    store.keys.file.unlink()
    with pytest.raises(ConfigurationError):
        file_store(tmp_path / "robot.db", "demo", "a", token_key=old).read()


@pytest.mark.parametrize("point", ["copied", "new file", "rows"])
def test_a_rotation_that_is_killed_leaves_all_readable_and_the_next_one_ends_it(
    tmp_path: Path, point: str
):
    store = file_store(tmp_path / "robot.db", "demo", "a", clock=lambda: NOW)
    store.save(tokens(), after=0)
    keys = store.keys
    first = keys.chosen().id
    if point == "rows":  # all but the removal of the old file
        old = keys.file.read_bytes()
        rotate(store.open_engine, keys)
        keys.old_file.write_bytes(old)
    else:
        keys.copy_to_old()
        if point == "new file":
            keys.write(keys.file, new_key())
    assert store.read().tokens == tokens()
    rotate(store.open_engine, keys)
    assert store.read().tokens == tokens()
    assert keys.chosen().id != first
    assert not keys.old_file.exists()


def test_a_rotation_to_a_token_key_leaves_the_file_s_key_behind(tmp_path: Path):
    store = file_store(tmp_path / "robot.db", "demo", "a", clock=lambda: NOW)
    store.save(tokens(), after=0)
    key = new_key()
    rotate(store.open_engine, store.keys, key)
    store.keys.file.unlink()
    again = file_store(tmp_path / "robot.db", "demo", "a", token_key=key, clock=lambda: NOW)
    assert again.read().tokens == tokens()


def test_a_rotation_changes_nothing_where_one_secret_cannot_be_read(tmp_path: Path):
    file = tmp_path / "robot.db"
    store = file_store(file, "demo", "a", clock=lambda: NOW)
    store.save(tokens(), after=0)
    file_store(file, "demo", "b", token_key=SENTENCE, clock=lambda: NOW).save(tokens(2), after=0)
    before = store.keys.file.read_bytes()
    with pytest.raises(ConfigurationError):
        rotate(store.open_engine, store.keys)
    assert store.keys.file.read_bytes() == before
    assert store.read().tokens == tokens()


def test_five_minutes_before_the_end_it_is_due_and_a_short_life_has_a_short_margin():
    day = tokens()
    assert not day.is_due(day.expires_at - timedelta(minutes=5, seconds=1))
    assert day.is_due(day.expires_at - timedelta(minutes=5))
    minute = replace(day, expires_at=NOW + timedelta(minutes=1))
    assert not minute.is_due(NOW + timedelta(seconds=53))
    assert minute.is_due(NOW + timedelta(seconds=54))
