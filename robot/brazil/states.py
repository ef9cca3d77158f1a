"""Brazil's 27 federative units, by their two letters."""

from __future__ import annotations

_NAMES = "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO"
STATES = frozenset(_NAMES.split())


def read_state(text: str) -> str:
    """`sp` → `SP`; empty stays empty. Raises ValueError."""
    state = text.strip().upper()
    if state and state not in STATES:
        raise ValueError("the UF is none of Brazil's 27")
    return state
