"""Moves the clock of every Python process that has this folder in PYTHONPATH: `.ci/run`, "under a
moved date".

    TZ=NPT-5:45 MOVED_TO="2027-01-01 00:02" PYTHONPATH=tests/moved_clock python -m pytest -n 2

The clock of the first process begins at MOVED_TO (local time, or with an offset) and ticks; every
process that it starts is moved by as much. A process without time-machine is left alone: pip is
one, while it installs it. tests/conftest.py refuses to run where MOVED_TO is set and the clock did
not move.
"""

import os
import time
from datetime import datetime

if "MOVED_TO" in os.environ:
    try:
        import time_machine
    except ImportError:
        pass
    else:
        now = time.time()
        moved_to = datetime.fromisoformat(os.environ["MOVED_TO"]).timestamp()
        seconds = float(os.environ.setdefault("MOVED_BY_SECONDS", str(moved_to - now)))
        time_machine.travel(now + seconds, tick=True).start()
