"""What is kept of an account: its tokens, and how far their renewal has come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_MARGIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Tokens:
    """One answer of a token endpoint. The moments carry an offset.

    `details` is what may be shown: a location, a user type, scopes.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime
    client_secret: str = field(default="", repr=False)
    details: Mapping[str, str] = field(default_factory=dict)

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to renew: five minutes before the end, or in the last tenth of a
        short life.
        """
        return now >= self.expires_at - min(_MARGIN, (self.expires_at - self.issued_at) / 10)

    def secret_text(self) -> str:
        """What is encrypted."""
        return json.dumps([self.access_token, self.refresh_token, self.client_secret])


@dataclass(frozen=True)
class Stored:
    """An account's row.

    `generation` grows with each new token; 0 = none yet. `code_hash` is that of the authorization
    code that was used last. `sent`: a request for new tokens was sent, and no answer to it was
    stored. `lost`: the refresh token serves no more.
    """

    generation: int = 0
    tokens: Tokens | None = None
    code_hash: str = ""
    sent: bool = False
    lost: bool = False
