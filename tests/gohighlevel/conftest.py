"""A GoHighLevel of its own for each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from ghl_world import NOW, MovingClock, World
from servers import Database

from robot.simulators.gohighlevel import GoHighLevelSimulator, demo_contacts


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("GHL_CLIENT_ID", "GHL_AUTHORIZATION_CODE", "GHL_LOCATION_ID", "TOKEN_KEY"):
        monkeypatch.delenv(name, raising=False)
    clock = MovingClock()
    with GoHighLevelSimulator(demo_contacts(12, NOW - timedelta(days=2)), clock=clock) as api:
        yield World(api, database, clock, uuid.uuid4().hex)
