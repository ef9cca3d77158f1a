"""What an API says reaches the console, the logs, the database, a chat and a mail as words, and as
nothing else.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alerts.watching_receivers import HttpReceiver, MailReceiver
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from proof.machine import Machine, ago
from raw_server import answers, response
from rich.console import Console
from servers import sqlite_only

from robot.alerts import Report, webhook
from robot.commands import consoles
from robot.runtime import logs

Operator = Callable[..., Machine]
FORGED = "2026-09-15 10:00:00 ERROR    [1] robot.sync.execution: forged"
WORDS = (
    f"line\n{FORGED}\r\u2028{FORGED}\u0085{FORGED} \x1b[2J\x1b]0;title\x07\x9b31m"
    " \u202egnirts\u2066\u200b"
    " <!channel> <@U1> <https://evil.example|click> [click](https://evil.example) @here"
    " https://evil.example"
)
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
MARKUP = ("<!", "<@", "<http", "](", "@here", "https://evil")
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (DEBUG|INFO|WARNING|ERROR) ")


def assert_harmless(text: str) -> None:
    assert not ACTING.search(text)
    assert not [sign for sign in MARKUP if sign in text]
    assert not [
        line for line in text.splitlines() if line.startswith(FORGED[:20]) and "forged" in line
    ]


@pytest.fixture(autouse=True)
def quiet_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs in this process: what it logs would reach the robot's files, also while these are
    closed.
    """
    monkeypatch.setattr(logging.getLogger("mail.log"), "propagate", False)


@sqlite_only("it is about words")
@pytest.mark.parametrize(
    "body",
    [
        {"detail": WORDS},
        {"title": WORDS, "errors": {WORDS: [WORDS]}},
        {"message": [WORDS, {WORDS: WORDS}]},
    ],
)
@pytest.mark.parametrize(
    "status", ["422 Unprocessable Content", "403 Forbidden", "401 Unauthorized"]
)
def test_the_words_of_an_api_do_nothing_wherever_they_come(
    operator: Operator, status: str, body: object
) -> None:
    with (
        answers(response(status, json.dumps(body).encode())) as server,
        HttpReceiver() as chat,
        HttpReceiver() as health,
        MailReceiver(None, starttls=False) as mails,  # type: ignore[arg-type]
    ):
        machine = operator(
            BASE_URL=server.url,
            ALERT_WEBHOOK_URL=chat.url,
            HEALTHCHECK_URL=health.url,
            ALERT_EMAIL_TO="ana@example.com",
            ALERT_EMAIL_SERVER="127.0.0.1",
            ALERT_EMAIL_PORT=mails.port,
            ALERT_EMAIL_SECURITY="none",
        )
        assert machine.sync(ago(1)) == 1
        arrived = threading.Event()
        while not (mails.messages and chat.received and health.paths[-1].endswith("/fail")):
            assert not arrived.wait(0.05)  # a machine under load is slower than an execution waits
        (message,) = mails.messages
    log = (machine.folder / "logs" / "api_robot_main.log").read_text(encoding="utf-8")
    text = json.loads(chat.received[0][2])["text"]
    pings = [body.decode() for _, _, body in health.received]
    kept = [
        str(cell)
        for row in machine.rows("SELECT error_message FROM execution_logs")
        for cell in row
    ]
    kept += [str(cell) for row in machine.rows("SELECT detail FROM sync_windows") for cell in row]
    told = [
        machine.out,
        machine.err,
        log,
        text,
        *pings,
        message.get_content().replace("\r\n", "\n"),
        *kept,
    ]
    told += [str(value) for value in message.values()]
    for each in told:
        assert_harmless(each)
    assert all(LINE.match(line) or line.startswith("    ") for line in log.splitlines())
    for each in (machine.err + machine.out, log, text, message.get_content(), kept[0]):
        # x1b: within a list, as Python writes it
        assert re.search(r"\\(u001b|x1b)\[2J", each.replace("\n", ""))
    assert machine.run("status") == 0
    assert_harmless(machine.out)


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(words=st.text(st.characters() | st.sampled_from("\n\r\x1b\x85\u2028\u202e"), max_size=40))
def test_a_log_line_is_one_line_whatever_it_holds_and_a_traceback_is_indented(
    log_file: Path, words: str
) -> None:
    (log_file / logs.MAIN_LOG).unlink(missing_ok=True)
    logs.configure(log_file, console=Console(quiet=True), level="CRITICAL", zone=ZoneInfo("UTC"))
    logging.getLogger("robot.x").error("it says %s", words, exc_info=ValueError(words))
    logs.close()
    lines = (log_file / logs.MAIN_LOG).read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if not line.startswith("    ")]) == 1
    assert not ACTING.search("".join(lines))


@given(words=st.text(st.characters() | st.sampled_from("\x1b\x85\u2028\u202e"), max_size=40))
def test_a_console_shows_whatever_it_is_given(words: str) -> None:
    console = consoles.output()
    with console.capture() as shown:
        console.print(words, markup=False)
    assert not ACTING.search(shown.get())


@given(
    words=st.lists(
        st.text(max_size=5) | st.sampled_from(["<!channel>", "[x](y)", " @here", "\x1b"])
    ).map("".join)
)
def test_a_chat_finds_no_mark_up_in_a_report(words: str) -> None:
    report = Report("calls", "failed", words, words).safe()
    card = webhook.card(report)["attachments"][0]["content"]["body"]
    for text in (webhook.text(report)["text"], *(block["text"] for block in card)):
        assert not re.search(r"[<>]|\]\(|(?<![\w.+%-])@\w", text)


def test_the_commands_of_a_terminal_are_still_those_of_rich() -> None:
    console = consoles._console(stderr=False)
    console._force_terminal, console._color_system = True, None
    with console.capture() as shown:
        console.print("a [bold]b[/bold] <xml> c")
    assert "a b <xml> c" in re.sub("\x1b\\[[0-9;]*m", "", shown.get())
