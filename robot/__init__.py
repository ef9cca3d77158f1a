"""API 3C Robot."""

__version__ = "1.0.0"

USER_AGENT = f"api-3c-robot/{__version__}"
