"""An answer of 200 whose words say that nothing was delivered is a failure, whoever says it."""

from __future__ import annotations

import pytest
from watching_receivers import HttpReceiver

from robot.alerts import Report, healthcheck, webhook
from robot.alerts.answers import refusal

REPORT = Report("calls", "failed", "subject", "body")
DELIVERED = [
    "",
    "OK",
    "ok",
    "1",
    "accepted",
    '{"ok": true}',
    '{"success":true,"error":null,"errors":[]}',
    '{"id": 7}',
]
NOT_DELIVERED = [
    "OK (not found)",
    "OK (rate limited)",
    "not found",
    (
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error"
        " 429"
        " with ContextId x"
    ),
    "no_service",
    "invalid_token",
    "channel_is_archived",
    "action_prohibited",
    '{"ok": false, "error": "channel_not_found"}',
    '{"success": false}',
    '{"error": "unknown hook"}',
    "<!DOCTYPE html><html><body>Sign in</body></html>",
    "<html>proxy</html>",
]


@pytest.mark.parametrize("said", DELIVERED)
def test_an_answer_that_complains_of_nothing_is_a_delivery(said: str) -> None:
    assert refusal(said) is None


@pytest.mark.parametrize("said", NOT_DELIVERED)
def test_an_answer_that_says_so_is_no_delivery_on_any_channel(said: str) -> None:
    with HttpReceiver(says=said) as receiver:
        with pytest.raises(
            OSError, match=r"the receiver says|in place of the receiver"
        ) as of_check:
            healthcheck.ping(receiver.url, "", "x")
        with pytest.raises(OSError, match=r"the receiver says|in place of the receiver"):
            webhook.send(receiver.url, "auto", REPORT)
    assert "secret" not in str(of_check.value)


def test_a_long_answer_is_shown_by_its_begin() -> None:
    assert len(str(refusal("failed " + "x" * 10_000))) < 200
