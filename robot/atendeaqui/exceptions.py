"""The errors of AtendeAqui by the names of its client's contract, as a part of the tree of
`robot.errors`.

AtendeAquiError                 message, code, status_code, response; outcome_unknown
├── AuthenticationError         401/403                                         (Fatal)
├── NotFoundError               404                                             (Fatal)
├── ValidationError             400, and any other 4xx                          (Fatal)
│   ├── StepNotFoundError
│   └── StepNotSkippableError
├── OriginNotAllowedError       CORS                                            (Fatal)
├── RateLimitError              429                                             (Retriable)
├── ServerError                 5xx, or a 2xx that is no answer of the API      (Retriable)
└── NetworkError                there is no answer
    ├── NoAnswerError           timeout, broken connection                      (Retriable)
    └── CannotAskError          address, proxy or certificates are wrong        (Fatal)

The API's code decides, then the status.
"""

from __future__ import annotations

import requests

from robot.errors import FatalError, RetriableError, SyncError

RATE_LIMITED = "RATE_LIMITED"
SERVER_ERROR = "SERVER_ERROR"
# Codes of our own, for what the API did not say.
INVALID_RESPONSE = "INVALID_RESPONSE"  # a 2xx whose body is not what was asked for
NO_ANSWER = "NO_ANSWER"  # sent, and no answer came
NOT_SENT = "NOT_SENT"  # no connection: the API certainly did not receive it
CANNOT_ASK = "CANNOT_ASK"
REDIRECTED = "REDIRECTED"  # a 3xx: no redirection is followed


class AtendeAquiError(SyncError):
    """Base of all.

    `code` is the API's word (`STEP_NOT_FOUND`), `response` its answer where there was one.
    `outcome_unknown`: what was sent may have been done all the same; read before you send it again.
    """

    def __init__(
        self,
        message: str,
        code: str | None = None,
        status_code: int | None = None,
        response: requests.Response | None = None,
        *,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status_code = status_code
        self.response = response
        self.outcome_unknown = outcome_unknown

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, message={self.message!r})"


class AuthenticationError(AtendeAquiError, FatalError):
    """401 or 403: the token is missing, wrong or expired, or it lacks a right."""


class NotFoundError(AtendeAquiError, FatalError):
    """404: no such client, flow, progress or page."""


class ValidationError(AtendeAquiError, FatalError):
    """400: the API refuses what was sent."""


class StepNotFoundError(ValidationError):
    """The flow has no such step."""


class StepNotSkippableError(ValidationError):
    """The step is required."""


class OriginNotAllowedError(AtendeAquiError, FatalError):
    """The flow does not take requests from this origin (CORS)."""


class RateLimitError(AtendeAquiError, RetriableError):
    """429; `retry_after` is the API's wish in seconds, if it gave one."""


class ServerError(AtendeAquiError, RetriableError):
    """5xx, or a 2xx that cannot be an answer of the API."""


class NetworkError(AtendeAquiError):
    """There is no answer."""


class NoAnswerError(NetworkError, RetriableError):
    """A timeout, a connection that broke or could not be made."""


class CannotAskError(NetworkError, FatalError):
    """No request can be made: the address, the proxy or the certificates are wrong."""


ERROR_CODE_MAP: dict[str, type[AtendeAquiError]] = {
    "FLOW_NOT_FOUND": NotFoundError,
    "PROGRESS_NOT_FOUND": NotFoundError,
    "NOT_FOUND": NotFoundError,
    "STEP_NOT_FOUND": StepNotFoundError,
    "STEP_NOT_SKIPPABLE": StepNotSkippableError,
    "ORIGIN_NOT_ALLOWED": OriginNotAllowedError,
    "VALIDATION_ERROR": ValidationError,
    "AUTH_REQUIRED": AuthenticationError,
    "TOKEN_EXPIRED": AuthenticationError,
    "PERMISSION_DENIED": AuthenticationError,
}
