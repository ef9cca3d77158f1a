"""The client of the dialer 3C Plus: what its HTTP API takes and gives. Knows no database and no
normalizer.

`ThreeCAuthClient` and `ThreeCMailingClient` can be used by themselves:

    from robot.threec import Contact, ThreeCAuthClient, ThreeCMailingClient
"""

from robot.threec.auth import ThreeCAuthClient
from robot.threec.contacts import Contact
from robot.threec.errors import (
    ApiUnavailable,
    InvalidCredentials,
    RateLimitExceeded,
    SecondFactorRequired,
    TokenExpired,
    Unauthorized,
)
from robot.threec.mailing import Filtered, Imported, ThreeCMailingClient

__all__ = [
    "ApiUnavailable",
    "Contact",
    "Filtered",
    "Imported",
    "InvalidCredentials",
    "RateLimitExceeded",
    "SecondFactorRequired",
    "ThreeCAuthClient",
    "ThreeCMailingClient",
    "TokenExpired",
    "Unauthorized",
]
