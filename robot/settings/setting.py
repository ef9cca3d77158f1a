"""How a setting is declared."""

from __future__ import annotations

from typing import Any

from pydantic import Field


def setting(default: Any, expected: str, meaning: str, **limits: Any) -> Any:
    """Declare a setting: its default, what a reader of an error message is told to write, and what
    it means.
    """
    return Field(
        default,
        description=meaning,
        json_schema_extra={"expected": expected},
        validate_default=True,
        **limits,
    )
