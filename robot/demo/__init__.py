"""A 3C Plus to play with: a simulator of its API over real HTTP, the invented calls it serves, and the faults it can suffer.

The `demo` command, the tests and the benchmarks use it; the robot itself knows nothing of it. Standard library only, and
nothing from the rest of `robot`: whatever the simulator shared with the robot, they would get wrong together.
"""

from robot.demo.faults import SENDING_ONLY, WRONG_SHAPES, Fault, FaultKind, load_faults
from robot.demo.server import DEMO_TOKEN, Request, Simulator
from robot.demo.world import make_calls

__all__ = [
    "DEMO_TOKEN",
    "SENDING_ONLY",
    "WRONG_SHAPES",
    "Fault",
    "FaultKind",
    "Request",
    "Simulator",
    "load_faults",
    "make_calls",
]
