"""One robot's process that needs a token: `python one_process.py JSON`. It prints how it went.

`dies_at` names the point at which it kills itself, as the system would.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from robot.accounts import TokenStore, token_store
from robot.errors import RobotError
from robot.gohighlevel import GoHighLevelAuth
from robot.gohighlevel.renewal import Renewal
from robot.settings import IsolatedSettings
from robot.simulators.gohighlevel import CLIENT_ID, CLIENT_SECRET

DIES_AFTER = {"read": "read", "noted": "note_sent", "stored": "save"}


def dying_after(method: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **more: Any) -> None:
        method(*arguments, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    return wrapped


def main(told: dict[str, Any]) -> dict[str, Any]:
    now = datetime.fromisoformat(told["now"])
    folder = Path(told["folder"])
    settings = IsolatedSettings(
        **{**told["database"], "db_file": folder / "robot.db", "log_dir": folder / "logs"}
    )
    store = token_store(settings, "gohighlevel", told["account"], clock=lambda: now)
    if name := DIES_AFTER.get(told["dies_at"]):
        setattr(TokenStore, name, dying_after(getattr(TokenStore, name)))
    if told["dies_at"] == "lock":  # it holds the lock, and has noted nothing
        Renewal._refreshed = dying_after(lambda *_: None)
    auth = GoHighLevelAuth(
        CLIENT_ID,
        CLIENT_SECRET,
        "",
        "",
        user_type="",
        location_id="",
        api_version="",
        base_url=told["base_url"],
        store=store,
        clock=lambda: now,
    )
    try:
        header = auth.credentials().headers["Authorization"]
    except RobotError as error:
        return {"error": type(error).__name__, "message": str(error)}
    return {"token": header.removeprefix("Bearer ")}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
