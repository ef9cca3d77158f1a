"""Each channel against a real server: what arrives, and what an answer that is no success does."""

from __future__ import annotations

import json
import smtplib
import socket
import ssl

import pytest
import trustme
from watching_receivers import HttpReceiver, MailReceiver

from robot.alerts import Report, healthcheck, mail, web, webhook

REPORT = Report(
    "calls", "failed", "API 3C Robot on server: calls FAILED", "The API is down.\nÀ espera."
)


def test_the_health_check_is_pinged_at_its_three_addresses_with_the_summary():
    with HttpReceiver() as receiver:
        healthcheck.ping(receiver.url, "/start", "it begins")
        healthcheck.ping(receiver.url, "", "it went well")
        healthcheck.ping(receiver.url + "?rid=1", "/fail", "x" * 20_000)
    path = "/a-secret-path"
    assert receiver.paths == [f"{path}/start", path, f"{path}/fail?rid=1"]
    assert [body for _, _, body in receiver.received] == [
        b"it begins",
        b"it went well",
        b"x" * 10_000,
    ]


@pytest.mark.parametrize("status", [301, 404, 500])
def test_an_answer_that_is_no_success_is_an_error_that_does_not_hold_the_address(status):
    with HttpReceiver(status) as receiver, pytest.raises(OSError, match=f"HTTP {status}") as caught:
        healthcheck.ping(receiver.url, "", "x")
    assert "secret" not in str(caught.value)
    assert len(receiver.received) == 1  # no redirection is followed


def test_a_chat_gets_a_text():
    with HttpReceiver() as receiver:
        webhook.send(receiver.url, "auto", REPORT)
    _, content_type, body = receiver.received[0]
    assert content_type == "application/json"
    assert json.loads(body) == {
        "text": "API 3C Robot on server: calls FAILED\nThe API is down.\nÀ espera."
    }


def test_teams_gets_an_adaptive_card():
    with HttpReceiver() as receiver:
        webhook.send(receiver.url, "teams", REPORT)
    message = json.loads(receiver.received[0][2])
    attachment = message["attachments"][0]
    assert (message["type"], attachment["contentType"]) == (
        "message",
        "application/vnd.microsoft.card.adaptive",
    )
    blocks = attachment["content"]["body"]
    assert [block["text"] for block in blocks] == [REPORT.subject, REPORT.body]
    assert blocks[0]["color"] == "Attention"


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("https://hooks.slack.com/services/T0/B0/x", "text"),
        ("https://prod-1.westus.logic.azure.com:443/workflows/x", "teams"),
        ("https://x.environment.api.powerplatform.com/y", "teams"),
        ("https://company.webhook.office.com/webhookb2/x", "teams"),
        ("https://evil.example/?x=.logic.azure.com", "text"),
    ],
)
def test_the_form_follows_from_the_address(address, form):
    assert webhook.form_of(address) == form


def test_a_long_summary_is_shortened_for_a_chat():
    long = Report("calls", "failed", "subject", "x" * 50_000)
    assert len(webhook.text(long)["text"]) < 4000


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def context(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """The test's authority is one that this system trusts."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.mark.parametrize("security", ["starttls", "tls"])
# TLS there is from the first byte
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("login", [None, ("robot", "secret of the mail")])
def test_an_e_mail_arrives_encrypted(context, trusted, security, login):
    with MailReceiver(context, starttls=security == "starttls", login=login) as receiver:
        server = mail.MailServer("127.0.0.1", receiver.port, security, *(login or ("", "")))
        mail.send(server, "robot@example.com", ("ana@example.com", "rui@example.com"), REPORT)
    (message,) = receiver.messages
    assert receiver.encrypted == [True]
    assert message["Subject"] == REPORT.subject
    assert message["From"] == "robot@example.com"
    assert message["To"] == "ana@example.com, rui@example.com"
    assert message.get_content().replace("\r\n", "\n") == REPORT.body + "\n"
    assert message["Date"]
    assert message["Message-ID"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_nothing_is_sent_to_a_server_whose_certificate_nobody_vouches_for(context, security):
    with MailReceiver(context, starttls=security == "starttls") as receiver:
        server = mail.MailServer("127.0.0.1", receiver.port, security)
        with pytest.raises(OSError, match="certificate"):
            mail.send(server, "robot@example.com", ("ana@example.com",), REPORT)
    assert receiver.messages == []


def test_a_refused_login_is_an_error(context, trusted):
    with MailReceiver(context, starttls=True, login=("robot", "right")) as receiver:
        server = mail.MailServer("127.0.0.1", receiver.port, "starttls", "robot", "wrong")
        with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
            mail.send(server, "robot@example.com", ("ana@example.com",), REPORT)
    assert "wrong" not in str(caught.value)
    assert receiver.messages == []


def test_who_cannot_be_reached_is_told_without_the_settings_of_another_system():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(OSError, match="Check the address") as caught:
            web.post(f"http://127.0.0.1:{closed.getsockname()[1]}/x", b"x", "text/plain")
    assert "BASE_URL" not in str(caught.value)
