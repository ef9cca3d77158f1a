"""Closing the console's window, log-off and shutdown: a request to stop that Windows does not
repeat.

Windows ends the process as soon as the handler returns (or after about five seconds at a closed
window, twenty at a shutdown), so the handler waits while the execution writes its history. Facts:
https://learn.microsoft.com/windows/console/handlerroutine, and, because a program that has loaded
user32.dll (as every ODBC driver does) is told of the end of its own session by a window message
only: https://learn.microsoft.com/windows/win32/shutdown/wm-endsession

The console's event of a log-off is something else: services alone receive it, whoever logs off, so
it is no reason to stop. It has to be answered all the same: the C library takes it for Ctrl+Break
where a handler of that is installed (Microsoft's Q149901, "Console App Launched from a Service
Exits When User Logs Off"), and ours is.

The one-file executable is two processes. PyInstaller's own, which waits for this one, ends it half
a second after any of these events, log-off included (bootloader/src/pyi_utils_win32.c of 6.22), so
its main thread is suspended: for as long as the history takes, and after a log-off until the robot
ends. What Windows cuts off nevertheless, the next start marks as interrupted and goes on with.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from robot.windows import console

_CLOSE, _LOG_OFF, _SHUTDOWN = 2, 5, 6  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT
NAMES = {_CLOSE: "The window was closed", _SHUTDOWN: "Shutdown"}
_LONGEST_WAIT = 25.0  # seconds; Windows is less patient

_WM_QUERYENDSESSION, _WM_ENDSESSION = 0x0011, 0x0016
WINDOW_CLASS = "Api3cRobotEndOfSession"

_kept: list[Any] = []  # callbacks that Windows holds, and Python must not collect
_suspended = threading.Event()


def watch(ask: Callable[[str], None]) -> None:
    """Call `ask` with the reason when Windows is about to end this process, then hold Windows back.

    Elsewhere: nothing.
    """
    if sys.platform == "win32" and not _kept:
        _watch_console(ask)
        threading.Thread(
            target=_watch_session, args=(ask,), name="end of session", daemon=True
        ).start()


def console_event(event: int, ask: Callable[[str], None]) -> bool:
    """Deal with an event of the console.

    True = no further handler is asked, False = it is somebody else's.
    """
    if event == _LOG_OFF:
        _suspend_parent()
        return True
    if event not in NAMES:
        return False  # Ctrl+C and Ctrl+Break are Python's
    _prepare()
    ask(NAMES[event])
    _hold()
    return True


def _hold() -> None:
    """Wait; the process ends by itself meanwhile, when its work is written."""
    threading.Event().wait(_LONGEST_WAIT)


def _prepare() -> None:
    """Let nothing stand between us and the history: neither the waiting process, nor a console that
    is going away.
    """
    _suspend_parent()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _suspend_parent() -> None:
    if sys.platform != "win32" or len(console.own_processes()) < 2 or _suspended.is_set():
        return
    _suspended.set()
    import ctypes
    from ctypes import wintypes

    class Entry(ctypes.Structure):
        """THREADENTRY32 of tlhelp32.h."""

        _fields_ = (
            ("dwSize", wintypes.DWORD),
            ("cntUsage", wintypes.DWORD),
            ("th32ThreadID", wintypes.DWORD),
            ("th32OwnerProcessID", wintypes.DWORD),
            ("tpBasePri", wintypes.LONG),
            ("tpDeltaPri", wintypes.LONG),
            ("dwFlags", wintypes.DWORD),
        )

    kernel = ctypes.WinDLL("kernel32")
    kernel.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
    kernel.OpenThread.restype = wintypes.HANDLE
    snapshot = wintypes.HANDLE(kernel.CreateToolhelp32Snapshot(4, 0))  # TH32CS_SNAPTHREAD
    entry = Entry(dwSize=ctypes.sizeof(Entry))
    more = kernel.Thread32First(snapshot, ctypes.byref(entry))
    while more and entry.th32OwnerProcessID != os.getppid():
        more = kernel.Thread32Next(snapshot, ctypes.byref(entry))
    kernel.CloseHandle(snapshot)
    if more:  # the first thread of a process is its main one
        # THREAD_SUSPEND_RESUME
        thread = wintypes.HANDLE(kernel.OpenThread(2, False, entry.th32ThreadID))
        kernel.SuspendThread(thread)
        atexit.register(kernel.ResumeThread, thread)  # at the very end: it tidies up after us


def _watch_console(ask: Callable[[str], None]) -> None:
    if sys.platform != "win32":
        return
    import ctypes
    from ctypes import wintypes

    def handle(event: int) -> bool:
        return console_event(event, ask)

    handler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)(handle)
    _kept.append(handler)
    ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, True)


def _watch_session(ask: Callable[[str], None]) -> None:
    """Own a hidden window and read its messages, for as long as the process lives."""
    if sys.platform != "win32":
        return
    import ctypes
    from ctypes import wintypes

    user, kernel = ctypes.WinDLL("user32"), ctypes.WinDLL("kernel32")
    parameters = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
    procedure_type = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, *parameters)

    class WindowClass(ctypes.Structure):
        """WNDCLASSW of winuser.h."""

        _fields_ = (
            ("style", wintypes.UINT),
            ("lpfnWndProc", procedure_type),
            ("cbClsExtra", ctypes.c_int),
            ("cbWndExtra", ctypes.c_int),
            ("hInstance", wintypes.HINSTANCE),
            ("hIcon", wintypes.HANDLE),
            ("hCursor", wintypes.HANDLE),
            ("hbrBackground", wintypes.HANDLE),
            ("lpszMenuName", wintypes.LPCWSTR),
            ("lpszClassName", wintypes.LPCWSTR),
        )

    user.DefWindowProcW.restype = ctypes.c_ssize_t
    user.DefWindowProcW.argtypes = parameters
    user.CreateWindowExW.restype = wintypes.HWND
    user.CreateWindowExW.argtypes = [
        *(wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD),
        *(ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int),
        *(wintypes.HWND, wintypes.HANDLE, wintypes.HINSTANCE, wintypes.LPVOID),
    ]
    kernel.GetModuleHandleW.restype = wintypes.HMODULE

    def procedure(window: int, message: int, first: int, second: int) -> int:
        if message == _WM_QUERYENDSESSION:
            return 1  # we do not object
        if message == _WM_ENDSESSION:
            if first:
                _prepare()
                ask("The session ends")
                _hold()
            return 0
        return int(user.DefWindowProcW(window, message, first, second))

    callback = procedure_type(procedure)
    _kept.append(callback)
    instance = kernel.GetModuleHandleW(None)
    described = WindowClass(lpfnWndProc=callback, hInstance=instance, lpszClassName=WINDOW_CLASS)
    user.RegisterClassW(ctypes.byref(described))
    if not user.CreateWindowExW(
        0, WINDOW_CLASS, WINDOW_CLASS, 0, 0, 0, 0, 0, None, None, instance, None
    ):
        return  # no desktop (a service): there the console's events are what is told
    message = wintypes.MSG()
    while user.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
        user.DispatchMessageW(ctypes.byref(message))
