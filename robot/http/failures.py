"""What the exceptions of `requests` and urllib3 mean, in words that hold no token."""

from __future__ import annotations

import re
import ssl

import requests
import urllib3

from robot.http.deadline import Deadline
from robot.http.roots import UnreadableRootsError
from robot.runtime.masking import mask

PROXY_WANTS_LOGIN = "the proxy wants a login (HTTP 407)"
HINT_PROXY_LOGIN = (
    "Write user, a colon, password and an @ before the proxy's name in HTTPS_PROXY (or"
    " HTTP_PROXY), with %40 for an @ in"
    " the password. A proxy that takes Windows logins only (NTLM, Kerberos) must let this computer"
    " pass without one."
)
_HINT_TLS = (
    "Check that the address begins with https:// only where the server speaks it, this computer's"
    " clock, and the"
    " certificate of a proxy that looks into it (REQUESTS_CA_BUNDLE, or the system's certificate"
    " store)."
)


class Broken(Exception):
    """An exchange that brought no answer: what happened, in few words, and what to do.

    `sent`: the request may have been received. `hopeless`: something in this machine's settings is
    wrong.
    """

    def __init__(self, told: str, hint: str, *, sent: bool, hopeless: bool = False) -> None:
        super().__init__(told)
        self.told, self.hint, self.sent, self.hopeless = told, hint, sent, hopeless


def broken(error: Exception, limit: Deadline, address: str) -> Broken:
    """What an exception of an exchange means. `address` names what holds the server's address."""
    if limit.passed:
        told = "no answer in time" if limit.sending else "no connection in time"
        return Broken(told, "The network or the API is slow or down.", sent=limit.sending)
    if _tunnel_refusal(error) == 407:
        return Broken(PROXY_WANTS_LOGIN, HINT_PROXY_LOGIN, sent=False, hopeless=True)
    if isinstance(
        error, ValueError
    ):  # the exceptions of `requests` for an address or a header that is none
        told, hint = (
            f"no request can be made of this address ({type(error).__name__})",
            f"Check {address}, and the proxy's address in HTTPS_PROXY and HTTP_PROXY.",
        )
        return Broken(told, hint, sent=limit.sending, hopeless=True)
    if isinstance(error, UnreadableRootsError):
        hint = f"Check {error.setting}, in .env and in the environment."
        return Broken(
            f"the certificates for https cannot be read: {mask(str(error))}",
            hint,
            sent=False,
            hopeless=True,
        )
    return Broken(*reason(error, address), sent=limit.sending or _tls_failed(error))


def _tls_failed(error: Exception) -> bool:
    """Whether the encryption broke, by something else than a certificate that is refused: to be
    safe, it counts as sent.
    """
    cause = _cause(error)
    return isinstance(cause, urllib3.exceptions.SSLError) and not (
        cause.args and isinstance(cause.args[0], ssl.SSLCertVerificationError)
    )


def _tunnel_refusal(error: Exception) -> int:
    """The status by which a proxy refused to connect us; 0 = it did not. http.client tells it in
    its message only.
    """
    cause = _cause(error)
    if isinstance(cause, urllib3.exceptions.ProxyError):
        found = re.search(r"Tunnel connection failed: (\d{3})", str(cause.original_error))
        return int(found[1]) if found else 0
    return 0


def reason(error: Exception, address: str) -> tuple[str, str]:
    """What happened, in few words, and the hint: the messages of `requests` hold the whole URL,
    token included.
    """
    cause = _cause(error)
    if isinstance(error, requests.ConnectTimeout):
        return (
            "no connection in time",
            f"Check {address}; the network or the API may be down, or a firewall in the way.",
        )
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "no answer in time", "The network or the API is slow or down."
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate or the encryption is refused", _HINT_TLS
    if isinstance(error, requests.exceptions.ProxyError):
        status = _tunnel_refusal(error)
        told = (
            f"the proxy does not let us pass (HTTP {status})"
            if status
            else "the proxy cannot be used"
        )
        return told, "Check HTTPS_PROXY and HTTP_PROXY, in .env and in the environment."
    if isinstance(error, urllib3.exceptions.ProtocolError | urllib3.exceptions.DecodeError):
        return "the body broke off", "The network or the API is in trouble."
    if isinstance(cause, urllib3.exceptions.NameResolutionError):
        return (
            "no computer of this name is known",
            f"Check {address}, and that this computer reaches the internet (DNS).",
        )
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        return (
            "no connection, nobody answers there",
            f"Check {address}; the network or the API may be down.",
        )
    if isinstance(error, requests.ConnectionError):
        return "no connection, or it broke", f"The network or the API is down. Check {address}."
    return type(error).__name__, "The network or the API is down."


def _cause(error: Exception) -> object:
    """What urllib3 met: the reason of its MaxRetryError."""
    return getattr(error.args[0], "reason", None) if error.args else None
