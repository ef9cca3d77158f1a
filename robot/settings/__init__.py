"""Every setting: name, type, default, meaning. Read once, validated at once; secrets are typed as
secrets.

Here, too, is how an operator writes them: the file `.env`, CRON expressions, campaigns. Knows no
API and no database.
"""

from robot.settings.settings import (
    BLOCKED_BY_DEFAULT,
    LIST_NAME_WIDTH,
    IsolatedSettings,
    Settings,
    home,
    list_name,
    read_settings,
    schema_name,
)

__all__ = [
    "BLOCKED_BY_DEFAULT",
    "LIST_NAME_WIDTH",
    "IsolatedSettings",
    "Settings",
    "home",
    "list_name",
    "read_settings",
    "schema_name",
]
