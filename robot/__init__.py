"""API 3C Robot."""

__version__ = "1.0.0"
