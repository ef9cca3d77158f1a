"""Clocks that stand where a test wants them, whatever this machine's own says."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

_ROOT = str(Path(__file__).resolve().parent.parent)
ZONE = ZoneInfo("America/Sao_Paulo")

_PROGRAM = """
import sys, time_machine
from datetime import datetime
from zoneinfo import ZoneInfo
sys.path.insert(0, sys.argv[1])
moment = datetime.fromisoformat(sys.argv[2]).replace(tzinfo=ZoneInfo("America/Sao_Paulo"))
with time_machine.travel(moment, tick=True):
    from robot.cli import main
    sys.exit(main(sys.argv[3:]))
"""


def started_at(moment: datetime) -> time_machine.travel:
    """This process' clock, which begins at `moment` of São Paulo, and ticks."""
    return time_machine.travel(moment.replace(tzinfo=ZONE), tick=True)


def robot_at(moment: datetime | str) -> list[str]:
    """The command of a robot whose clock begins at `moment` of São Paulo, and ticks."""
    return [sys.executable, "-c", _PROGRAM, _ROOT, str(moment)]
