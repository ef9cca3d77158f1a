"""The login at 3C Plus, under the name that the client's documents use: `from auth_3cplus import
ThreeCAuthClient`.
"""

from robot.threec import (
    ApiUnavailable,
    InvalidCredentials,
    RateLimitExceeded,
    SecondFactorRequired,
    ThreeCAuthClient,
    TokenExpired,
    Unauthorized,
)

__all__ = [
    "ApiUnavailable",
    "InvalidCredentials",
    "RateLimitExceeded",
    "SecondFactorRequired",
    "ThreeCAuthClient",
    "TokenExpired",
    "Unauthorized",
]
