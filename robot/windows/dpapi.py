"""DPAPI: what is protected here is read again by the same Windows account on this computer only.

https://learn.microsoft.com/windows/win32/api/dpapi/nf-dpapi-cryptprotectdata
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_NO_WINDOW = 0x1  # CRYPTPROTECT_UI_FORBIDDEN


class _Blob(ctypes.Structure):
    _fields_ = (("size", ctypes.c_uint32), ("data", ctypes.POINTER(ctypes.c_char)))


def available() -> bool:
    """Whether this is Windows."""
    return sys.platform == "win32"


def protect(data: bytes) -> bytes:
    """Lock to this Windows account. Raises OSError."""
    return _call("CryptProtectData", data)


def unprotect(data: bytes) -> bytes:
    """Read again. Raises OSError, also for another account's and on another computer."""
    return _call("CryptUnprotectData", data)


def _call(name: str, data: bytes) -> bytes:
    if sys.platform != "win32":
        raise OSError(f"{name} is there on Windows only")
    crypt: Any = ctypes.WinDLL("crypt32", use_last_error=True)
    kernel: Any = ctypes.WinDLL("kernel32")
    kernel.LocalFree.argtypes = [ctypes.c_void_p]
    held = ctypes.create_string_buffer(data, len(data))
    given = _Blob(len(data), ctypes.cast(held, ctypes.POINTER(ctypes.c_char)))
    result = _Blob()
    done = getattr(crypt, name)(
        ctypes.byref(given), None, None, None, None, _NO_WINDOW, ctypes.byref(result)
    )
    if not done:
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        return ctypes.string_at(result.data, result.size)
    finally:
        kernel.LocalFree(ctypes.cast(result.data, ctypes.c_void_p))
