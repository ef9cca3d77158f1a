"""What `check` says of the token of 3C Plus: its kind, its end, its role.

None of it fails; some of it is a warning.
"""

from __future__ import annotations

from robot.errors import FatalError, RetriableError
from robot.period import now
from robot.settings import Settings
from robot.sync.checks import Warned
from robot.threec.connection import Connection, connection
from robot.threec.expiry import expiry_of
from robot.threec.service_tokens import ENDED, HOW_TO_MAKE, PREFIX, kind_of


def token_line(settings: Settings, *, answered: bool) -> str:
    """The line; a `Warned` where the operator has something to do.

    `answered`: the API takes the token.
    """
    facts = [_kind(settings)]
    doubts: list[str] = []
    expiry = expiry_of(settings, now(settings.timezone).date())
    if expiry is not None:
        (doubts if expiry.is_near else facts).append(str(expiry))
    if not settings.logs_in and kind_of(settings.manager_token.get_secret_value()) != "service":
        doubts.append(f"It does not begin with {PREFIX}: {ENDED}.")
    if answered and (role := _role_that_sees_less(settings)):
        doubts.append(
            f"Its role is {role}: it sees only its teams, and a day counts as complete with their"
            " calls alone."
        )
    if doubts:
        advice = expiry.advice if expiry and expiry.is_near else HOW_TO_MAKE
        return Warned(" ".join([*facts, *doubts, advice]))
    return " ".join(facts)


def _kind(settings: Settings) -> str:
    if settings.logs_in:
        return "From the login of THREEC_USER."
    if kind_of(settings.manager_token.get_secret_value()) != "service":
        return "A user's token."
    if settings.token_expires is None:
        return "A service token. Write its last day into TOKEN_EXPIRES to be reminded of it."
    return "A service token."


def _role_that_sees_less(settings: Settings) -> str:
    """The role by the API's own word, where it is known to be less than gestor; empty where nothing
    is known.
    """
    once = settings.model_copy(update={"api_max_attempts": 1})
    api = connection(once)
    try:
        names = _role_names(api)
    except (FatalError, RetriableError):  # nobody has seen what /me gives to a service token
        return ""
    finally:
        api.transport.close()
    return next((name for name in names if name.lower().startswith("supervis")), "")


def _role_names(api: Connection) -> list[str]:
    body = api.transport.get(f"{api.base_url}/me").body
    data = body.get("data") if isinstance(body, dict) else None
    role = data.get("role") if isinstance(data, dict) else None
    found = [role.get("name"), role.get("readable_name")] if isinstance(role, dict) else [role]
    return [name for name in found if isinstance(name, str)]
