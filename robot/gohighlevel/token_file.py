"""`token_storage.json`, in which the spec's template keeps its tokens: taken over once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from robot.accounts import Tokens
from robot.errors import ConfigurationError

STORAGE_FILE = "token_storage.json"
_DETAILS = ("userType", "locationId", "companyId", "userId", "scope")


def read_token_file(file: Path, now: datetime) -> Tokens | None:
    """The tokens in the file; None where there is no file, or an empty one.

    How long the access token lives is not known for sure: it is taken for ended, so that it is
    renewed before it is used. Raises ConfigurationError for a file that cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ConfigurationError(f"{file} cannot be read: {reason}.") from None
    if not text.strip():
        return None
    try:
        found: Any = json.loads(text)
    except ValueError:
        found = None
    refresh = _text(found, "refresh_token", "refreshToken")
    if not refresh:
        raise ConfigurationError(
            f"{file} holds no refresh token.", "Put back the right file, or authorize anew."
        )
    details = {name: _text(found, name) for name in _DETAILS}
    return Tokens(
        _text(found, "access_token", "accessToken"),
        refresh,
        issued_at=(now - timedelta(days=1)).astimezone(UTC),
        expires_at=now.astimezone(UTC),
        details={name: value for name, value in details.items() if value},
    )


def _text(found: Any, *names: str) -> str:
    values = [found.get(name) for name in names] if isinstance(found, dict) else []
    return next((value.strip() for value in values if isinstance(value, str)), "")
