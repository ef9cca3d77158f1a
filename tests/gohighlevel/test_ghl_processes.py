"""Real processes that renew one token, and that are killed at every point of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ghl_world import World, opens

from robot.gohighlevel import TokenLost

SCRIPT = Path(__file__).with_name("one_process.py")
ROOT = SCRIPT.parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by SIGKILL")


def start(world: World, dies_at: str = "") -> subprocess.Popen[str]:
    settings = world.database.settings
    variables = {
        name.lower(): value for name, value in world.database.variables.items() if name != "DB_FILE"
    }
    told = {
        "now": world.clock.now.isoformat(),
        "folder": str(settings.db_file.parent),
        "database": variables,
        "account": world.account,
        "base_url": world.api.base_url,
        "dies_at": dies_at,
    }
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), json.dumps(told)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def ended(process: subprocess.Popen[str]) -> dict[str, Any] | None:
    """What it printed; None where it was killed."""
    out, error = process.communicate(timeout=120)
    if process.returncode == -signal.SIGKILL:
        return None
    assert process.returncode == 0, error
    return json.loads(out)  # type: ignore[no-any-return]


@pytest.mark.parametrize("point", ["read", "lock", "noted", "stored"])
def test_a_kill_before_the_request_or_after_the_commit_costs_nothing(world: World, point: str):
    world.authorized()
    world.clock.advance(days=1)
    assert ended(start(world, point)) is None
    assert opens(world, world.auth())
    assert world.api.tokens.refreshes == 1


def test_a_kill_between_the_answer_and_the_commit_is_told_after_one_try_with_the_way_out(
    world: World,
):
    world.authorized()
    world.clock.advance(days=1)
    process = start(world)
    world.api.on_token = process.kill  # the answer is made and not yet sent
    assert ended(process) is None
    world.api.on_token = None
    assert world.api.tokens.refreshes == 1
    with pytest.raises(TokenLost, match=r"never stored.*GHL_AUTHORIZATION_CODE") as caught:
        world.auth().credentials()
    assert world.api.tokens.refused == 1
    with pytest.raises(TokenLost):
        world.auth().credentials()
    assert world.api.tokens.refused == 1
    assert world.stored().refresh_token not in str(caught.value)
    assert opens(world, world.auth(world.api.tokens.authorize()))


def test_ten_processes_at_once_with_kills_renew_once_an_expiry_and_nobody_is_locked_out(
    world: World,
):
    world.authorized()
    world.clock.advance(days=1)
    deaths = ["", "lock", "noted", "", "stored", "", "", "noted", "", ""]
    answers = [ended(process) for process in [start(world, dies_at) for dies_at in deaths]]
    alive = [answer for answer in answers if answer is not None]
    assert len(alive) >= deaths.count("")
    assert [each for each in alive if "token" not in each] == []
    assert all(world.api.tokens.location_of(each["token"]) for each in alive)
    assert (world.api.tokens.refreshes, world.api.tokens.refused) == (1, 0)
    world.clock.advance(days=1)
    assert opens(world, world.auth())
