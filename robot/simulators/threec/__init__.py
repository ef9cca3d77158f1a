"""A 3C Plus to play with: a simulator of its API over real HTTP, the invented calls it serves, and
the faults it can suffer.

The `demo` command, the tests and the benchmarks use it; the robot itself knows nothing of it.
Standard library only, and nothing from the rest of `robot`: whatever the simulator shared with the
robot, they would get wrong together.
"""

from robot.simulators.faults import SENDING_ONLY, WRONG_SHAPES, Fault, FaultKind, load_faults
from robot.simulators.threec.access import (
    AGENTE,
    DEMO_TOKEN,
    ENDED,
    GESTOR,
    SUPERVISOR,
    ServiceToken,
)
from robot.simulators.threec.request import Request
from robot.simulators.threec.server import Simulator
from robot.simulators.threec.world import make_calls

__all__ = [
    "AGENTE",
    "DEMO_TOKEN",
    "ENDED",
    "GESTOR",
    "SENDING_ONLY",
    "SUPERVISOR",
    "WRONG_SHAPES",
    "Fault",
    "FaultKind",
    "Request",
    "ServiceToken",
    "Simulator",
    "load_faults",
    "make_calls",
]
