"""AtendeAqui, the customer platform: its client, under the names of its published Python package.

`AtendeAquiClient` has `clients` (clients and teams) and `onboarding` (flows, progress, e-mails).
What lives here talks to the API and makes values of its answers; nothing here knows a database.
"""

from robot import __version__
from robot.atendeaqui.client import AtendeAquiClient
from robot.atendeaqui.clients.models import Client, TeamMember
from robot.atendeaqui.exceptions import (
    AtendeAquiError,
    AuthenticationError,
    CannotAskError,
    NetworkError,
    NoAnswerError,
    NotFoundError,
    OriginNotAllowedError,
    RateLimitError,
    ServerError,
    StepNotFoundError,
    StepNotSkippableError,
    ValidationError,
)
from robot.atendeaqui.onboarding.models import (
    FlowAnalytics,
    FlowStep,
    FlowStructure,
    UserProgress,
    WidgetToken,
)

__all__ = [
    "AtendeAquiClient",
    "AtendeAquiError",
    "AuthenticationError",
    "CannotAskError",
    "Client",
    "FlowAnalytics",
    "FlowStep",
    "FlowStructure",
    "NetworkError",
    "NoAnswerError",
    "NotFoundError",
    "OriginNotAllowedError",
    "RateLimitError",
    "ServerError",
    "StepNotFoundError",
    "StepNotSkippableError",
    "TeamMember",
    "UserProgress",
    "ValidationError",
    "WidgetToken",
    "__version__",
]
