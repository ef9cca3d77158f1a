"""What was not given as an argument: from the environment, which wins, or from the robot's
`.env`.
"""

from __future__ import annotations

import os

from robot.settings import envfile, home


class Variables:
    """Reads `.env` once, and only when it is needed.

    One pair of quotes around a value of the environment is taken off: `docker --env-file` keeps
    them.
    """

    def __init__(self) -> None:
        self._file: dict[str, str] | None = None

    def __call__(self, given: str | None, name: str) -> str:
        if given is not None:
            return given.strip()
        value = os.environ.get(name, "").strip()
        if value:
            return _unquoted(value)
        if self._file is None:
            path = home() / ".env"
            self._file = dict(envfile.read(path).values) if path.is_file() else {}
        return self._file.get(name, "").strip()


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].strip() if quoted else value
