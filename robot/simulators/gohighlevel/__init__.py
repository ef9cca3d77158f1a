"""A GoHighLevel of its own: the token endpoint, whose refresh tokens serve once, and contacts.

Built from the vendor's description alone; it shares nothing with the client that it tests.
"""

from robot.simulators.gohighlevel.contacts import Contacts, demo_contacts
from robot.simulators.gohighlevel.server import GoHighLevelSimulator, Received
from robot.simulators.gohighlevel.tokens import CLIENT_ID, CLIENT_SECRET, LOCATION, TokenDesk

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "LOCATION",
    "Contacts",
    "GoHighLevelSimulator",
    "Received",
    "TokenDesk",
    "demo_contacts",
]
