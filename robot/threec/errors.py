"""The errors of 3C Plus by the names of its client's contract, as a part of the trees of
`robot.errors` and `robot.http`.

AuthenticationRefused (Fatal)
├── InvalidCredentials          user, password or company are wrong
│   └── SecondFactorRequired    the login is right,
and the API wants a code from a telephone besides
├── TokenExpired                401 with a token                                (robot.http)
└── Unauthorized                a method was called before `login`
RateLimitExceeded               = RateLimited: 429                              (robot.http)
ApiUnavailable                  5xx, timeouts, broken answers                   (robot.http)
"""

from __future__ import annotations

from robot.http import ApiUnavailable, AuthenticationRefused, RateLimited, TokenExpired

RateLimitExceeded = RateLimited


class InvalidCredentials(AuthenticationRefused):
    """The API refuses the login."""


class SecondFactorRequired(InvalidCredentials):
    """The API answers the login with 203: it wants a second factor, which a robot cannot give."""


class Unauthorized(AuthenticationRefused):
    """A method that needs a login was called before it."""


__all__ = [
    "ApiUnavailable",
    "InvalidCredentials",
    "RateLimitExceeded",
    "SecondFactorRequired",
    "TokenExpired",
    "Unauthorized",
]
