"""What `check` runs: one line for each thing that must hold."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass


class Failed(Exception):
    """A check that does not hold: what is wrong and the fix."""


class Warned(str):
    """A line of `check` that holds today, and should be looked at."""

    __slots__ = ()


@dataclass(frozen=True)
class Check:
    """`holds` gives its line, a `Warned` where something should be looked at.

    It is given the names of the checks that failed before, and raises Failed, RobotError, OSError.
    """

    name: str
    holds: Callable[[Collection[str]], str]
