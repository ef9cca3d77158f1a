"""The first authorization: the address that a person opens, and the code that comes back."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

from robot.errors import ConfigurationError

DEFAULT_PAGE = "https://marketplace.gohighlevel.com/v2/oauth/chooselocation"
DEFAULT_SCOPES = (
    "contacts.readonly",
    "locations/customFields.readonly",
    "locations/tags.readonly",
)


def authorization_address(
    client_id: str,
    redirect_uri: str,
    state: str,
    *,
    scopes: Sequence[str] = DEFAULT_SCOPES,
    page: str = DEFAULT_PAGE,
) -> str:
    """Where a person chooses the sub-account; the browser comes back to
    `redirect_uri?code=…&state=…`.
    """
    question = {
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "client_id": client_id,
        "scope": " ".join(scopes),
        "state": state,
    }
    return f"{page}?{urlencode(question)}"


def code_of_address(pasted: str, state: str = "") -> str:
    """The code in the address that the browser came back to; a code alone is one.

    Raises ConfigurationError where there is none, or where the address carries another `state`: it
    answers somebody else's question.
    """
    text = pasted.strip().strip("\"'")
    if "://" not in text and "code=" not in text:
        if not text or any(sign.isspace() for sign in text):
            raise ConfigurationError("This is no code.", "Paste the whole address of the browser.")
        return text
    found = parse_qs(urlsplit(text).query if "://" in text else text.rpartition("?")[2])
    code = found.get("code", [""])[0]
    if not code:
        raise ConfigurationError(
            "The address holds no code.", "Paste it as it stands after the sub-account was chosen."
        )
    given = found.get("state", [""])[0]
    if state and not hmac.compare_digest(given.encode(), state.encode()):
        raise ConfigurationError(
            "The address answers another authorization than this one.",
            "Open the address that was printed last, and paste what the browser shows then.",
        )
    return code


def hash_of_code(code: str) -> str:
    """What is kept of a used code."""
    return hashlib.sha256(f"code:{code}".encode()).hexdigest()
