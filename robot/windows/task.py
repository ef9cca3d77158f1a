"""A task of the Windows Task Scheduler, as XML that `schtasks` registers.

The elements and their order:
https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import date, time
from pathlib import PureWindowsPath

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
NAME = "API 3C Robot"
# Accounts of Windows that need no password: LocalSystem may do anything on this computer,
# LocalService hardly anything
# https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers
SYSTEM, LOCAL_SERVICE = "S-1-5-18", "S-1-5-19"

# Only for what Windows could not start: [MS-TSCH] 2.5.4.2 knows nothing of exit codes
_RESTARTS, _RESTART_AFTER = 3, "PT10M"


@dataclass(frozen=True)
class Task:
    """The robot once a day. `user` None = `account`, one of Windows; `hours` is when an execution
    is stopped at last.

    `password` tells how a user's task runs when nobody is logged on: with a password that Windows
    keeps (network drives and DB_TRUSTED_CONNECTION work), or without one (S4U: no access to other
    computers as that user).
    """

    program: PureWindowsPath
    arguments: str
    folder: PureWindowsPath
    at: time
    first_day: date
    user: str | None = None
    account: str = SYSTEM
    password: bool = False
    hours: int = 12

    @property
    def xml(self) -> str:
        """The task as a document that declares UTF-16; to be written so, as schtasks and the Task
        Scheduler want it.
        """
        return (
            '<?xml version="1.0"'
            f' encoding="UTF-16"?>\n{ET.tostring(self._indented(), encoding="unicode")}\n'
        )

    @property
    def ascii_xml(self) -> str:
        """The same in ASCII alone, and without a word of its encoding: right in whatever a console
        writes it.
        """
        text = ET.tostring(self._indented(), encoding="us-ascii").decode("ascii")
        return f'<?xml version="1.0"?>\n{text}\n'

    def _indented(self) -> ET.Element:
        root = self._root()
        ET.indent(root, "  ")
        return root

    def _root(self) -> ET.Element:
        ET.register_namespace("", NAMESPACE)
        root = ET.Element(_name("Task"), version="1.3")
        about = _add(root, "RegistrationInfo")
        _add(about, "URI", f"\\{NAME}")
        _add(about, "Description", "Brings the calls of 3C Plus into the database, once a day.")
        trigger = _add(_add(root, "Triggers"), "CalendarTrigger")
        _add(trigger, "Enabled", "true")
        _add(
            trigger, "StartBoundary", f"{self.first_day.isoformat()}T{self.at.strftime('%H:%M:%S')}"
        )
        _add(_add(trigger, "ScheduleByDay"), "DaysInterval", "1")
        self._add_settings(_add(root, "Settings"))
        principal = _add(_add(root, "Principals"), "Principal", id="Robot")
        _add(principal, "UserId", self.user or self.account)
        if self.user:
            _add(principal, "LogonType", "Password" if self.password else "S4U")
        _add(principal, "RunLevel", "LeastPrivilege")
        execute = _add(_add(root, "Actions", Context="Robot"), "Exec")
        _add(execute, "Command", str(self.program))
        _add(execute, "Arguments", self.arguments)
        _add(execute, "WorkingDirectory", str(self.folder))
        return root

    def _add_settings(self, settings: ET.Element) -> None:
        restart = _add(settings, "RestartOnFailure")
        _add(restart, "Interval", _RESTART_AFTER)
        _add(restart, "Count", str(_RESTARTS))
        for name, value in (
            ("MultipleInstancesPolicy", "IgnoreNew"),
            ("DisallowStartIfOnBatteries", "false"),
            ("StopIfGoingOnBatteries", "false"),
            ("AllowHardTerminate", "true"),
            ("StartWhenAvailable", "true"),  # the server was off at that time: as soon as it is on
            ("RunOnlyIfNetworkAvailable", "false"),
            ("WakeToRun", "true"),
            ("Enabled", "true"),
            ("ExecutionTimeLimit", f"PT{self.hours}H"),
            ("Priority", "7"),
        ):
            _add(settings, name, value)


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, _name(name), attributes)
    element.text = text
    return element
