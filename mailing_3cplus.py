"""Campaigns, lists and contacts of 3C Plus, under the name that the client's documents use:
`mailing_3cplus`.
"""

from robot.threec import (
    ApiUnavailable,
    Contact,
    Filtered,
    Imported,
    InvalidCredentials,
    RateLimitExceeded,
    SecondFactorRequired,
    ThreeCMailingClient,
    TokenExpired,
    Unauthorized,
)

__all__ = [
    "ApiUnavailable",
    "Contact",
    "Filtered",
    "Imported",
    "InvalidCredentials",
    "RateLimitExceeded",
    "SecondFactorRequired",
    "ThreeCMailingClient",
    "TokenExpired",
    "Unauthorized",
]
