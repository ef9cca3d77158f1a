"""What the exceptions of `requests` and urllib3 mean, in words that hold no token."""

from __future__ import annotations

import ssl

import requests
import urllib3

from robot.http.errors import CannotAsk
from robot.masking import mask

_ADDRESS = "Check the address (BASE_URL, or for the login and the lists THREEC_BASE_URL)"
_HINT_TLS = (
    "Check that the address begins with https:// only where the server speaks it, this computer's clock, and the"
    " certificate of a proxy (REQUESTS_CA_BUNDLE)."
)


def cannot_ask(where: str, error: Exception) -> CannotAsk:
    """The exceptions of `requests` for an address or a header that is none are ValueErrors; a missing file is an OSError."""
    if isinstance(error, ValueError):
        hint = "Check BASE_URL, and the proxy's address in HTTPS_PROXY and HTTP_PROXY."
        return CannotAsk(f"{where}: no request can be made of this address ({type(error).__name__}).", hint)
    hint = "Check REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and SSL_CERT_FILE in the environment."
    return CannotAsk(f"{where}: the certificates for https cannot be read: {mask(str(error))}.", hint)


def proxy_wants_login(where: str) -> CannotAsk:
    """407: a proxy is in the way, and nothing reaches the API before it is told a user and a password."""
    hint = (
        "Write them into its address: HTTPS_PROXY=http://user:password@proxy:port (signs like @ as %40). A proxy that takes"
        " only Windows logins (NTLM, Kerberos) must let this computer pass without one."
    )
    return CannotAsk(f"{where}: the proxy wants a login (HTTP 407).", hint)


def never_connected(error: Exception) -> bool:
    """Whether it broke before the first byte of the request: no name, no connection, no proxy, a refused certificate."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = _cause(error)
    if isinstance(cause, urllib3.exceptions.ProxyError):
        cause = cause.original_error
    if isinstance(cause, urllib3.exceptions.SSLError):
        return bool(cause.args) and isinstance(cause.args[0], ssl.SSLCertVerificationError)
    return isinstance(cause, urllib3.exceptions.NewConnectionError)


def reason(error: Exception) -> tuple[str, str]:
    """What happened, in few words, and the hint: the messages of `requests` hold the whole URL, token included."""
    cause = _cause(error)
    if isinstance(error, requests.ConnectTimeout):
        return "no connection in time", f"{_ADDRESS}; the network or the API may be down, or a firewall in the way."
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "no answer in time", "The network or the API is slow or down."
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate or the encryption is refused", _HINT_TLS
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy cannot be used", "Check HTTPS_PROXY and HTTP_PROXY in the environment."
    if isinstance(error, urllib3.exceptions.ProtocolError | urllib3.exceptions.DecodeError):
        return "the body broke off", "The network or the API is in trouble."
    if isinstance(cause, urllib3.exceptions.NameResolutionError):
        return "no computer of this name is known", f"{_ADDRESS}, and that this computer reaches the internet (DNS)."
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        return "no connection, nobody answers there", f"{_ADDRESS}; the network or the API may be down."
    if isinstance(error, requests.ConnectionError):
        return "no connection, or it broke", f"The network or the API is down. {_ADDRESS}."
    return type(error).__name__, "The network or the API is down."


def _cause(error: Exception) -> object:
    """What urllib3 met: the reason of its MaxRetryError."""
    return getattr(error.args[0], "reason", None) if error.args else None
