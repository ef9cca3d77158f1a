"""A message into a chat: Slack, Mattermost and most others take {"text": …}, Microsoft Teams'
workflows an adaptive card.

Slack: https://api.slack.com/messaging/webhooks Teams:
https://learn.microsoft.com/power-automate/teams/send-a-message-in-teams (the older Office
connectors took "text")
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

import orjson

from robot.alerts import web
from robot.alerts.report import Report
from robot.http import Network
from robot.runtime.escaping import escape

Format = Literal["auto", "text", "teams"]

_TEAMS_HOSTS = (".logic.azure.com", ".powerplatform.com", ".webhook.office.com")
_MOST_CHARACTERS = 3000  # a chat is no log


def send(address: str, form: Format, report: Report, network: Network | None = None) -> None:
    """Post the message. Raises OSError when it cannot be delivered."""
    chosen = form if form != "auto" else form_of(address)
    message = card(report) if chosen == "teams" else text(report)
    web.post(address, orjson.dumps(message), "application/json", network)


def form_of(address: str) -> Literal["text", "teams"]:
    """What the receiver at this address understands."""
    host = (urlsplit(address).hostname or "").lower()
    return "teams" if host.endswith(_TEAMS_HOSTS) else "text"


def text(report: Report) -> dict[str, Any]:
    """As Slack takes it."""
    return {"text": f"{_plain(report.subject)}\n{_body(report)}"}


def card(report: Report) -> dict[str, Any]:
    """As Teams takes it: https://adaptivecards.io/explorer/."""
    color = {"good": "Good", "with errors": "Warning", "failed": "Attention"}[report.outcome]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {
                "type": "TextBlock",
                "text": _plain(report.subject),
                "weight": "Bolder",
                "wrap": True,
                "color": color,
            },
            {"type": "TextBlock", "text": _body(report), "wrap": True, "fontType": "Monospace"},
        ],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [attachment]}


def _plain(text: str) -> str:
    """Nothing in it is a link, a mention or another mark-up of a chat, whoever's words it holds."""
    return escape(text, own=True)


def _body(report: Report) -> str:
    body = _plain(report.body)
    return body if len(body) <= _MOST_CHARACTERS else body[:_MOST_CHARACTERS] + "\n…"
