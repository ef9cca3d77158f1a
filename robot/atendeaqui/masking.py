"""What the log may show of a body: no secret, and nobody's name, address or phone.

The API's documents say that fields named like token, password, secret, key and credential are
masked; since 1.2.0 they do not promise it any more. The library sends what it is given; what it
logs is masked here.
"""

from __future__ import annotations

import re
from typing import Any

from robot.runtime.masking import HIDDEN, mask

_SECRET = re.compile(
    r"token|passw|senha|secret|segredo|key|chave|credential|credencia", re.IGNORECASE
)
_KEYS_OF_STEPS = frozenset({"step_key", "current_step_key"})  # names of steps: no secret
_PERSONAL = frozenset(
    {"name", "full_name", "username", "email", "external_user_name", "external_user_email"}
    | {"user_email", "phone", "identification_number", "birthday", "observations", "notes"}
)
_MAIL_ADDRESS = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+")


def masked(value: Any) -> Any:
    """The value with every secret and every personal field hidden, however deep."""
    if isinstance(value, dict):
        return {
            str(name): HIDDEN if is_hidden(str(name)) else masked(each)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(each) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    shown = mask(_MAIL_ADDRESS.sub(HIDDEN, str(value)))
    return value if shown == str(value) else shown


def is_hidden(name: str) -> bool:
    """Whether a field of this name is never shown."""
    if name.lower() in _KEYS_OF_STEPS:
        return False
    return name.lower() in _PERSONAL or is_secret(name)


def is_secret(name: str) -> bool:
    """Whether a field is named like a secret: `api_token`, `clientSecret`, `API-KEY`."""
    return _SECRET.search(name) is not None
