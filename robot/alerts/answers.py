"""What a receiver says with its 200: some answer so although nobody was told.

Healthchecks answers `OK (not found)` to an address that is no check's and `OK (rate limited)` to
too many pings (https://healthchecks.io/docs/http_api/); the Office connectors of Teams put `Webhook
message delivery failed with error: …` into a 200
(https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using);
Slack and those that copy it say `no_service`, `invalid_token` and their like
(https://api.slack.com/messaging/webhooks#handling_errors). A page in HTML is a proxy's or a
login's: the receiver never saw the message.
"""

from __future__ import annotations

import json
import re

_SAID = 100  # characters of an answer that are shown
_REFUSALS = re.compile(
    r"not[ _]found|no_(?:service|team|text|active_hooks)|fail(?:ed|ure)|\berrors?\b|invalid|expired"
    r"|unauthori[sz]ed"
    r"|forbidden|denied|rate[ _-]?limit|prohibited|archived|disabled|unknown",
    re.IGNORECASE,
)


def refusal(said: str) -> str | None:
    """Why an answer of 200 is no delivery, in the receiver's words; None where it is one."""
    text = said.strip()
    if text.lower().startswith(("<!doctype html", "<html")):
        return "a page answered in place of the receiver: a proxy's, or a login"
    if text.startswith("{"):
        return _refusal_of_json(text)
    found = _REFUSALS.search(text)
    return f"the receiver says {text[:_SAID]!r}" if found else None


def _refusal_of_json(text: str) -> str | None:
    try:
        answer = json.loads(text)
    except ValueError:
        answer = {}
    bad = [answer.get(name) is False for name in ("ok", "success")] + [
        bool(answer.get(n)) for n in ("error", "errors")
    ]
    return f"the receiver says {text[:_SAID]!r}" if any(bad) else None
