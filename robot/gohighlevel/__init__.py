"""The client of the CRM GoHighLevel: its OAuth, kept alive, and its contacts.

    from robot.gohighlevel import GoHighLevelAuth, GoHighLevelClient

    client = GoHighLevelClient(GoHighLevelAuth())
    client.check()

Can be used by itself: what is not given is read from `GHL_*`, in the environment or in `.env`. It
knows no job and no normalizer; its tokens are kept by `robot.accounts`.
"""

from robot.gohighlevel.auth import GoHighLevelAuth, Standing
from robot.gohighlevel.authorization import authorization_address, code_of_address
from robot.gohighlevel.client import Checked, ContactPage, GoHighLevelClient
from robot.gohighlevel.errors import GrantRefused, LocationInactive, NotAuthorized, TokenLost
from robot.gohighlevel.opening import auth_of
from robot.gohighlevel.private_token import PrivateToken

__all__ = [
    "Checked",
    "ContactPage",
    "GoHighLevelAuth",
    "GoHighLevelClient",
    "GrantRefused",
    "LocationInactive",
    "NotAuthorized",
    "PrivateToken",
    "Standing",
    "TokenLost",
    "auth_of",
    "authorization_address",
    "code_of_address",
]
