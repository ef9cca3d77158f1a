"""What a transport is told of AtendeAqui."""

from __future__ import annotations

from robot.atendeaqui.refusals import code_of, explanation
from robot.http import Api, Bearer, Hints, NoToken

PRODUCTION_URL = "https://api.atendeaqui.com.br/v1"
SANDBOX_URL = "https://api.homolog.atendeaqui.com.br/v1"


def api_of(api_token: str) -> Api:
    """AtendeAqui, opened by the token; without one, only a flow's public calls are open.

    No limit of requests is documented, so there is no quota.
    """
    return Api(
        "AtendeAqui",
        headers={"Content-Type": "application/json"},
        auth=Bearer(api_token) if api_token else NoToken(),
        hints=Hints(address="the address of AtendeAqui"),
        explain=lambda body: explanation(body) or "no explanation.",
        code_of=code_of,
    )
