"""What became of the last message to each channel: kept in a file, so that `check` can say it."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_writing = threading.Lock()  # the channels are told at once, each in a thread of its own


@dataclass(frozen=True)
class Delivery:
    """One message: when (UTC, ISO 8601), and why it did not arrive, None if it did."""

    at: str
    failed: str | None


def note(memory: Path, channel: str, delivery: Delivery) -> None:
    """Remember the channel's last message.

    A memory that cannot be written changes nothing for those who are told.
    """
    with _writing, suppress(OSError):
        kept = _read(memory) | {channel: {"at": delivery.at, "failed": delivery.failed}}
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps(kept), encoding="utf-8")


def last(memory: Path, channel: str) -> Delivery | None:
    """What became of the channel's last message; None before the first."""
    found = _read(memory).get(channel)
    if not isinstance(found, dict) or not isinstance(found.get("at"), str):
        return None
    failed = found.get("failed")
    return Delivery(found["at"], None if failed is None else str(failed))


def _read(memory: Path) -> dict[str, Any]:
    try:
        kept = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
