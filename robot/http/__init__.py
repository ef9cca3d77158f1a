"""The one HTTP transport: session with a pool, timeouts, retries, rate limit, error classes.

It is told of an API by an `Api` value, and names none. Every client goes through `Transport.get` or
`Transport.send`. What comes back is a decoded JSON body with status 2xx; everything else is an
exception of `robot.errors`, which keeps the status, the API's code, the headers and the body:

    AuthenticationRefused (Fatal)   403
    └── TokenExpired                401
    RequestRefused (Fatal)          any other 4xx, a redirection
    BodyTooLarge (Fatal)            an answer over `largest_body`: repeating makes it no smaller
    QuotaSpent (Fatal)              as many requests as `Api.quota` allows in a day were sent
    CannotAsk (Fatal)               no request can be made: an address, a proxy, its login (407) or
                                    a certificate file
    ApiUnavailable (Retriable)      timeout, broken connection or body, 408, 425, 5xx, empty or
    │                               non-JSON 2xx; a 403 or 404 that is an HTML page, which comes
    │                               from a firewall or a proxy
    └── NotSent                     no connection was made: the request was certainly not received
    RateLimited (Retriable)         429, and whatever else means that by `Api.too_many`

A RetriableError is tried again, `max_attempts` times in all, with exponential waits and jitter; a
`Retry-After` makes them longer, up to `waits.LONGEST_WAIT`, and never shorter. Requests that are
not safe to repeat are sent once (`send`), and their outcome is left to the caller: a FatalError, a
RateLimited or a NotSent has done nothing, any other ApiUnavailable leaves it unknown.
"""

from robot.http.api import Api, Hints
from robot.http.auth import Auth, Bearer, Credentials, NoToken, RenewableToken, TokenParameter
from robot.http.errors import (
    ApiUnavailable,
    AuthenticationRefused,
    BodyTooLarge,
    CannotAsk,
    NotSent,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    TokenExpired,
)
from robot.http.network import Network
from robot.http.throttle import Quota, Throttle
from robot.http.transport import Answer, Parameters, Transport

__all__ = [
    "Answer",
    "Api",
    "ApiUnavailable",
    "Auth",
    "AuthenticationRefused",
    "Bearer",
    "BodyTooLarge",
    "CannotAsk",
    "Credentials",
    "Hints",
    "Network",
    "NoToken",
    "NotSent",
    "Parameters",
    "Quota",
    "QuotaSpent",
    "RateLimited",
    "RenewableToken",
    "RequestRefused",
    "Throttle",
    "TokenExpired",
    "TokenParameter",
    "Transport",
]
