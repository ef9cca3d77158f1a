"""The Windows Event Log: an entry for what failed, where a monitoring system looks first.

No rights are needed to write.
"""

from __future__ import annotations

import sys

SOURCE = "API 3C Robot"
_KEY = rf"SYSTEM\CurrentControlSet\Services\EventLog\Application\{SOURCE}"
# A program of Windows whose messages 1 to 1000 are "%1": so the viewer shows our text, and nothing
# around it
_MESSAGES = r"%SystemRoot%\System32\EventCreate.exe"
ERROR, WARNING = 1, 2  # EVENTLOG_ERROR_TYPE, EVENTLOG_WARNING_TYPE
_LONGEST = 30_000  # characters of one string; ReportEvent takes 31,839


def report(text: str, *, kind: int = ERROR, event_id: int = 1) -> bool:
    """Write one entry to the log "Application".

    False where there is no Event Log, or it refuses; never raises.
    """
    if sys.platform != "win32":
        return False
    import ctypes
    from ctypes import wintypes

    library = ctypes.WinDLL("advapi32")
    library.RegisterEventSourceW.restype = wintypes.HANDLE
    library.RegisterEventSourceW.argtypes = [wintypes.LPCWSTR, wintypes.LPCWSTR]
    library.DeregisterEventSource.argtypes = [wintypes.HANDLE]
    library.ReportEventW.argtypes = [
        *(
            wintypes.HANDLE,
            wintypes.WORD,
            wintypes.WORD,
            wintypes.DWORD,
            wintypes.LPVOID,
            wintypes.WORD,
            wintypes.DWORD,
        ),
        *(ctypes.POINTER(wintypes.LPCWSTR), wintypes.LPVOID),
    ]
    source = library.RegisterEventSourceW(None, SOURCE)
    if not source:
        return False
    strings = (wintypes.LPCWSTR * 1)(text.replace("\0", "")[:_LONGEST])
    written = library.ReportEventW(source, kind, 0, event_id, None, 1, 0, strings, None)
    library.DeregisterEventSource(source)
    return bool(written)


def register_source() -> bool:
    """Tell the Event Viewer how to show our entries.

    Needs an administrator; without it they are shown with a remark.
    """
    if sys.platform != "win32":
        return False
    import winreg

    try:
        with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, _KEY, 0, winreg.KEY_SET_VALUE) as key:
            winreg.SetValueEx(key, "EventMessageFile", 0, winreg.REG_EXPAND_SZ, _MESSAGES)
            winreg.SetValueEx(key, "TypesSupported", 0, winreg.REG_DWORD, 7)
    except OSError:
        return False
    return True
