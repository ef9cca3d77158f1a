"""Starts the executable as the desktop does, in a console of its own. Runs in a Windows Python, under Wine:

    explorer.exe double_click.py app.exe enter     as a double click; presses Enter after some seconds
    python.exe   double_click.py app.exe enter     as a script would start it
    explorer.exe double_click.py app.exe close     closes the window once a file `go` stands beside app.exe

Prints what happened, one line each. The interpreter is a copy named explorer.exe: the robot looks at its parent's name.
"""

import ctypes
import subprocess
import sys
import time
from ctypes import wintypes
from pathlib import Path

WM_CLOSE, WM_KEYDOWN, WM_CHAR, WM_KEYUP, VK_RETURN = 0x10, 0x100, 0x102, 0x101, 0x0D
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


program, way = Path(sys.argv[1]), sys.argv[2]
process = subprocess.Popen([str(program)], creationflags=subprocess.CREATE_NEW_CONSOLE)
if way == "close":
    end = time.monotonic() + 60
    while not (program.parent / "go").exists() and time.monotonic() < end:
        time.sleep(0.1)
try:
    code = process.wait(SECONDS_TO_WAIT if way == "enter" else 0.01)
    print(f"ended by itself with {code}")
    sys.exit()
except subprocess.TimeoutExpired:
    windows = consoles()
print(f"title: {windows[0][1] if windows else 'no window'}")
for window, _ in windows:
    if way == "close":
        user.PostMessageW(window, WM_CLOSE, 0, 0)
    else:
        for message in (WM_KEYDOWN, WM_CHAR, WM_KEYUP):
            user.PostMessageW(window, message, VK_RETURN, 0)
try:
    print(f"ended after it with {process.wait(20)}")
except subprocess.TimeoutExpired:
    print("did not end")
    process.kill()
