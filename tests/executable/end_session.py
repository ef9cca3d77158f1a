"""Tells the robot's two hidden windows that the session ends, as Windows does. Runs in a Windows
Python, under Wine.

PyInstaller's waiting process is told first: the worst order, for it gives the robot a moment only,
and then ends it.
"""

import ctypes
import sys

WM_ENDSESSION = 0x0016

user = ctypes.WinDLL("user32")
user.FindWindowW.restype = ctypes.c_void_p
user.FindWindowW.argtypes = [ctypes.c_wchar_p, ctypes.c_wchar_p]
user.PostMessageW.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_size_t, ctypes.c_ssize_t]

for window_class in ("PyInstallerOnefileHiddenWindow", "Api3cRobotEndOfSession"):
    window = user.FindWindowW(window_class, None)
    if not window:
        sys.exit(f"there is no window {window_class}")
    user.PostMessageW(window, WM_ENDSESSION, 1, 0)
