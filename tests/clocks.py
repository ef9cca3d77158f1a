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
import sys, threading, time_machine
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
root, moment, leap, *arguments = sys.argv[1:]
sys.path.insert(0, root)
moment = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("America/Sao_Paulo"))
clock = time_machine.travel(moment, tick=not leap).start()
def leap_ahead():
    while not Path(leap).exists():
        threading.Event().wait(0.02)
    clock.shift(10)
if leap:
    threading.Thread(target=leap_ahead, daemon=True).start()
from robot.cli import main
sys.exit(main(arguments))
"""


def started_at(moment: datetime) -> time_machine.travel:
    """This process' clock, which begins at `moment` of São Paulo, and ticks."""
    return time_machine.travel(moment.replace(tzinfo=ZONE), tick=True)


def robot_at(moment: datetime | str, leap: Path | None = None) -> list[str]:
    """The command of a robot whose clock begins at `moment` of São Paulo, and ticks.

    With `leap` it stands still, and goes ten seconds ahead as soon as that file is there.
    """
    return [sys.executable, "-c", _PROGRAM, _ROOT, str(moment), str(leap or "")]
