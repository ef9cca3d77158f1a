"""Whom AtendeAqui lets in: the token of the organization, or the key of one flow."""

from collections.abc import Mapping
from dataclasses import dataclass

from robot.simulators.atendeaqui.answers import Refused

API_TOKEN = "demo-atendeaqui-token-for-the-simulator-only-0001"  # noqa: S105 - opens the simulator only
READ_ONLY_TOKEN = "demo-atendeaqui-token-that-reads-only-0001"  # noqa: S105 - same
KEY_HEADER = "x-onboarding-key"


@dataclass
class Access:
    """The tokens that are known. `expired` ones were."""

    token: str = API_TOKEN
    read_only: str = READ_ONLY_TOKEN
    expired: bool = False

    def require_token(self, headers: Mapping[str, str], *, writes: bool) -> None:
        """Raise Refused for a request that its bearer token does not open."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in {self.token, self.read_only}:
            raise Refused("AUTH_REQUIRED", "Token de acesso inválido ou ausente.")
        if self.expired:
            raise Refused("TOKEN_EXPIRED", "O token expirou.")
        if writes and token == self.read_only:
            raise Refused("PERMISSION_DENIED", "O token não tem acesso de escrita.")


def require_key(headers: Mapping[str, str], key: str) -> None:
    """Raise Refused where the header does not carry the key of the flow."""
    if headers.get(KEY_HEADER) != key:
        raise Refused("AUTH_REQUIRED", "X-Onboarding-Key inválido ou ausente.")
