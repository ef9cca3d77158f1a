"""Closing the console's window, log-off and shutdown: a request to stop that Windows does not repeat.

Windows ends the process as soon as the handler returns (or after about five seconds at a closed window, twenty at a
shutdown), so the handler waits while the execution writes its history. Facts:
https://learn.microsoft.com/windows/console/handlerroutine, and, because a program that has loaded user32.dll (as every
ODBC driver does) is told of log-off and shutdown by a window message only:
https://learn.microsoft.com/windows/win32/shutdown/wm-endsession
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

_CLOSE, _LOG_OFF, _SHUTDOWN = 2, 5, 6  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT
NAMES = {_CLOSE: "The window was closed", _LOG_OFF: "Log-off", _SHUTDOWN: "Shutdown"}
_LONGEST_WAIT = 25.0  # seconds; Windows is less patient

_WM_QUERYENDSESSION, _WM_ENDSESSION = 0x0011, 0x0016
WINDOW_CLASS = "Api3cRobotEndOfSession"

_kept: list[Any] = []  # callbacks that Windows holds, and Python must not collect


def watch(ask: Callable[[str], None]) -> None:
    """Call `ask` with the reason when Windows is about to end this process, then hold Windows back. Elsewhere: nothing."""
    if sys.platform == "win32" and not _kept:
        _watch_console(ask)
        threading.Thread(target=_watch_session, args=(ask,), name="end of session", daemon=True).start()


def _hold() -> None:
    """Wait; the process ends by itself meanwhile, when its work is written."""
    threading.Event().wait(_LONGEST_WAIT)


def _watch_console(ask: Callable[[str], None]) -> None:
    if sys.platform != "win32":
        return
    import ctypes
    from ctypes import wintypes

    def handle(event: int) -> bool:
        if event not in NAMES:
            return False  # Ctrl+C and Ctrl+Break are Python's
        ask(NAMES[event])
        _hold()
        return True

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
                ask("The session ends")
                _hold()
            return 0
        return int(user.DefWindowProcW(window, message, first, second))

    callback = procedure_type(procedure)
    _kept.append(callback)
    instance = kernel.GetModuleHandleW(None)
    described = WindowClass(lpfnWndProc=callback, hInstance=instance, lpszClassName=WINDOW_CLASS)
    user.RegisterClassW(ctypes.byref(described))
    if not user.CreateWindowExW(0, WINDOW_CLASS, WINDOW_CLASS, 0, 0, 0, 0, 0, None, None, instance, None):
        return  # no desktop (a service): there the console's events are what is told
    message = wintypes.MSG()
    while user.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
        user.DispatchMessageW(ctypes.byref(message))
