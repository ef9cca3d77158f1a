"""Tells the robot's hidden window that the session ends, as Windows does. Runs in a Windows Python, under Wine."""

import ctypes
import sys

WM_ENDSESSION = 0x0016

user = ctypes.WinDLL("user32")
user.FindWindowW.restype = ctypes.c_void_p
user.FindWindowW.argtypes = [ctypes.c_wchar_p, ctypes.c_wchar_p]
user.PostMessageW.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_size_t, ctypes.c_ssize_t]

window = user.FindWindowW("Api3cRobotEndOfSession", None)
if not window:
    sys.exit("the robot has no window that hears of the session's end")
user.PostMessageW(window, WM_ENDSESSION, 1, 0)
