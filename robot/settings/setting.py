"""How a setting is declared, and how rules over several settings speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings


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


def expected_of(settings: type[BaseSettings], name: str) -> str:
    """What an operator is told to write for this setting."""
    extra: Any = settings.model_fields[name].json_schema_extra
    return str(extra["expected"])


@dataclass
class Rules:
    """What no single variable can tell: `problems` collects it, one line each.

    `raw` holds the values as they are written, by upper-case name.
    """

    settings: type[BaseSettings]
    raw: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """As it is written, without blanks around it."""
        return self.raw.get(name, "").strip()

    def is_set(self, name: str) -> bool:
        return bool(self.value(name))

    def need(self, name: str, why: str) -> None:
        """A problem where it is empty. `why` begins with a comma."""
        if not self.is_set(name):
            self.tell(name, f"is empty{why}")

    def refuse_examples(self, *names: str) -> None:
        """A problem for each that still holds the text of `.env.example`."""
        for name in names:
            if self.raw.get(name, "").upper().startswith(("SEU_", "SUA_")):
                self.tell(name, "still holds the example's text")

    def tell(self, name: str, what: str, or_else: str = "") -> None:
        """A problem, with what is expected instead."""
        wanted = expected_of(self.settings, name.lower())
        self.problems.append(f"{name}: {what}; expected {wanted}{or_else}")
