"""The yes or no that a command asks before it does what cannot be undone."""

from __future__ import annotations

import sys

from rich.console import Console

from robot.errors import ConfigurationError

_YES = {"y", "yes", "s", "sim"}


def agreed(out: Console, question: str) -> bool:
    """Whether the operator says yes. An empty line, and the end of the input, are a no."""
    try:
        answer = out.input(f"{question} [y/N] ", markup=False)
    except EOFError:
        return False
    return answer.strip().lower() in _YES


def require_terminal(message: str, hint: str, problems: tuple[str, ...] = ()) -> None:
    """Raises ConfigurationError where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise ConfigurationError(message, hint, problems)
