"""Every setting: name, type, default, meaning. Read once, validated at once; secrets are typed as
secrets.

Here, too, is how an operator writes them: the file `.env`, CRON expressions, campaigns. Knows no
API and no database.
"""

from robot.runtime.resources import home
from robot.settings.database import schema_name
from robot.settings.dialer_export import BLOCKED_BY_DEFAULT, LIST_NAME_WIDTH, list_name
from robot.settings.settings import IsolatedSettings, Settings, read_settings

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
