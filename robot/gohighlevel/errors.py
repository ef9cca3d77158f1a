"""What may come of asking GoHighLevel, beyond the errors of `robot.http`.

GrantRefused       the code or the refresh token serves no more
LocationInactive   the sub-account is paused: the refresh token stays good
ClientRefused      the client id or its secret is wrong
TokenLost          the stored refresh token serves no more: authorize anew
NotAuthorized      2  no token is stored, and no code was given
"""

from __future__ import annotations

from robot.errors import ConfigurationError, FatalError
from robot.http import AuthenticationRefused, RequestRefused, TokenExpired

AGAIN = (
    "Open the authorization address once more, choose the sub-account, and write the new code in"
    " GHL_AUTHORIZATION_CODE: it serves once, for a few minutes."
)
_PAUSED = "location is not active"
_DEAD = ("invalid grant", "invalid_grant", "refresh token is invalid", "authorization code")
_CLIENT = ("invalid client", "invalid_client", "client credentials", "unauthorized!")


class GrantRefused(RequestRefused):
    """The API takes this code, or this refresh token, no more."""


class LocationInactive(RequestRefused):
    """The sub-account is unpaid, paused or cancelled. The refresh token works again when it is
    active.
    """


class ClientRefused(RequestRefused):
    """The API does not know the client id, or its secret is wrong."""


class TokenLost(FatalError):
    """The stored refresh token serves no more."""


class NotAuthorized(ConfigurationError):
    """No token is stored for this client, and no code was given."""


def refusal(where: str, status: int, said: str) -> FatalError:
    """The error for a refused request for data."""
    if status == 401:
        hint = "See whether the app is still installed in the sub-account, and the token's scopes."
        return TokenExpired(f"{where}: GoHighLevel refuses the token. {said}", hint)
    if status == 403:
        hint = "Check GHL_LOCATION_ID: the token opens the sub-account that was chosen for it."
        return AuthenticationRefused(f"{where}: GoHighLevel forbids this. {said}", hint)
    return RequestRefused(f"{where}: {said}", status=status)


def grant_refusal(where: str, status: int, said: str) -> FatalError:
    """The error for a refused request for tokens."""
    words = said.lower()
    if _PAUSED in words:
        return LocationInactive(
            f"{where}: the sub-account is not active. {said}",
            "Let its agency make it active, or pay it; the stored token was kept and will work"
            " again then.",
            status=status,
        )
    if any(word in words for word in _DEAD):
        return GrantRefused(f"{where}: {said}", AGAIN, status=status)
    if any(word in words for word in _CLIENT) or status in {401, 403}:
        return ClientRefused(
            f"{where}: GoHighLevel does not know this client. {said}",
            "Check GHL_CLIENT_ID and GHL_CLIENT_SECRET; the stored token was kept.",
            status=status,
        )
    hint = "Check GHL_CLIENT_ID, GHL_CLIENT_SECRET, GHL_REDIRECT_URI and GHL_API_VERSION."
    return RequestRefused(f"{where}: {said}", hint, status=status)
