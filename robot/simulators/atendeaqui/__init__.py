"""An AtendeAqui to play with: a simulator of its API over real HTTP, and an invented world.

It knows what the published package of the API tells: clients and teams, flows and the way of people
through them, e-mail rules, logs and pieces. Standard library only, and nothing from the rest of
`robot`: whatever the simulator shared with the robot, they would get wrong together.
"""

from robot.simulators.atendeaqui.access import API_TOKEN, READ_ONLY_TOKEN
from robot.simulators.atendeaqui.server import Request, Simulator
from robot.simulators.atendeaqui.world import FLOW_KEY, SLUG, Flow, World, make_world
from robot.simulators.faults import Fault, FaultKind

__all__ = [
    "API_TOKEN",
    "FLOW_KEY",
    "READ_ONLY_TOKEN",
    "SLUG",
    "Fault",
    "FaultKind",
    "Flow",
    "Request",
    "Simulator",
    "World",
    "make_world",
]
