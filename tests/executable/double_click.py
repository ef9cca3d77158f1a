"""Starts the executable as the desktop does, in a console of its own. Runs in a Windows Python,
under Wine:

    explorer.exe double_click.py app.exe     as a double click; presses Enter after some seconds
    python.exe   double_click.py app.exe     as a script would start it

Prints what happened, one line each. The interpreter is a copy named explorer.exe: the robot looks
at its parent's name.
"""

import ctypes
import subprocess
import sys
from ctypes import wintypes

WM_KEYDOWN, WM_CHAR, WM_KEYUP, VK_RETURN = 0x100, 0x102, 0x101, 0x0D
SECONDS_TO_WAIT = 8

user = ctypes.WinDLL("user32")
callback_type = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
user.PostMessageW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]
user.GetWindowTextW.argtypes = [wintypes.HWND, wintypes.LPWSTR, ctypes.c_int]


def consoles():
    """The robot's console windows: (handle, title)."""
    found = []

    def look(window, _):
        title = ctypes.create_unicode_buffer(300)
        user.GetWindowTextW(window, title, 300)
        if title.value.startswith("API 3C Robot") and "EndOfSession" not in title.value:
            found.append((window, title.value))
        return True

    user.EnumWindows(callback_type(look), 0)
    return found


program = sys.argv[1]
process = subprocess.Popen([program], creationflags=subprocess.CREATE_NEW_CONSOLE)
try:
    code = process.wait(SECONDS_TO_WAIT)
    print(f"ended by itself with {code}")
    sys.exit()
except subprocess.TimeoutExpired:
    windows = consoles()
print(f"title: {windows[0][1] if windows else 'no window'}")
for window, _ in windows:
    for message in (WM_KEYDOWN, WM_CHAR, WM_KEYUP):
        user.PostMessageW(window, message, VK_RETURN, 0)
try:
    print(f"ended after it with {process.wait(20)}")
except subprocess.TimeoutExpired:
    print("did not end")
    process.kill()
