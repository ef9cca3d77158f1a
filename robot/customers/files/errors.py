"""The one error of this package."""

from robot.errors import ConfigurationError


class UnreadableFile(ConfigurationError):
    """The file as a whole cannot be read: the message names it for what it is, the hint is the way
    out.
    """
