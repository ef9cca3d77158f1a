"""The console's window: its title, and whether it closes by itself when the program ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# Who starts a program that was double-clicked, in the desktop, a folder, the Start menu or the Run
# dialog
_DESKTOP = "explorer.exe"


def show_state(state: str) -> None:
    """Show the state in the window's title. Does nothing elsewhere."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetConsoleTitleW(f"API 3C Robot: {state}")


def closes_with_us() -> bool:
    """Whether the window was opened for this program alone by a double click, so that it vanishes
    with its last message.

    The Task Scheduler, a service manager or a script may open a console for the program alone as
    well; there nobody would press the key that is waited for. So the parent has to be the desktop.
    """
    if sys.platform != "win32":
        return False
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    processes = _processes()
    return double_clicked(
        _attached(),
        own_processes(),
        {pid: name for pid, (_, name) in processes.items()},
        _parents(processes),
    )


def double_clicked(
    attached: Sequence[int],
    own: Sequence[int],
    names: Mapping[int, str],
    parents: Mapping[int, int],
) -> bool:
    """Judge: only our `own` processes (the last one was started first) are `attached`, and the
    desktop started them.
    """
    if not attached or not set(attached) <= set(own):
        return False
    return names.get(parents.get(own[-1], 0), "").lower() == _DESKTOP


def own_processes() -> list[int]:
    """This process, and the one that unpacked it and waits for it (PyInstaller's one-file form)."""
    unpacked = Path(getattr(sys, "_MEIPASS", ""))
    one_file = getattr(sys, "frozen", False) and Path(sys.executable).parent not in unpacked.parents
    return [os.getpid(), os.getppid()] if one_file else [os.getpid()]


def _parents(processes: Mapping[int, tuple[int, str]]) -> dict[int, int]:
    return {pid: parent for pid, (parent, _) in processes.items()}


def _attached() -> list[int]:
    """The processes of our console.
    https://learn.microsoft.com/windows/console/getconsoleprocesslist
    """
    if sys.platform != "win32":
        return []
    import ctypes

    ids = (ctypes.c_uint32 * 64)()
    count = ctypes.windll.kernel32.GetConsoleProcessList(ids, len(ids))
    return list(ids[:count]) if count <= len(ids) else []


def _processes() -> dict[int, tuple[int, str]]:
    """Every process: its parent, and the name of its program."""
    if sys.platform != "win32":
        return {}
    import ctypes
    from ctypes import wintypes

    class Entry(ctypes.Structure):
        """PROCESSENTRY32W of tlhelp32.h."""

        _fields_ = (
            ("dwSize", wintypes.DWORD),
            ("cntUsage", wintypes.DWORD),
            ("th32ProcessID", wintypes.DWORD),
            ("th32DefaultHeapID", ctypes.c_size_t),
            ("th32ModuleID", wintypes.DWORD),
            ("cntThreads", wintypes.DWORD),
            ("th32ParentProcessID", wintypes.DWORD),
            ("pcPriClassBase", wintypes.LONG),
            ("dwFlags", wintypes.DWORD),
            ("szExeFile", wintypes.WCHAR * 260),
        )

    kernel = ctypes.WinDLL("kernel32")
    kernel.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
    snapshot = wintypes.HANDLE(kernel.CreateToolhelp32Snapshot(2, 0))  # TH32CS_SNAPPROCESS
    entry = Entry(dwSize=ctypes.sizeof(Entry))
    found: dict[int, tuple[int, str]] = {}
    more = kernel.Process32FirstW(snapshot, ctypes.byref(entry))
    while more:
        found[entry.th32ProcessID] = (entry.th32ParentProcessID, entry.szExeFile)
        more = kernel.Process32NextW(snapshot, ctypes.byref(entry))
    kernel.CloseHandle(snapshot)
    return found
