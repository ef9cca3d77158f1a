"""Where no ODBC driver manager is installed, what needs one skips, with the reason; collecting the
tests never fails.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

WHY = "ODBC is missing; on Debian: apt-get install unixodbc"


def odbc() -> Any:
    """The module pyodbc; skips the test that asks where it cannot be loaded."""
    return pytest.importorskip("pyodbc", reason=WHY, exc_type=ImportError)


class SkipsModules:
    """While the tests are collected: a test module that imports pyodbc, or what imports it, is
    skipped as a whole.
    """

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name == "pyodbc":
            pytest.skip(WHY, allow_module_level=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        sys.meta_path.insert(0, self)

    def pytest_collection_finish(self) -> None:
        sys.meta_path.remove(self)


def register(config: pytest.Config) -> None:
    """Where pyodbc can be loaded, do nothing."""
    try:
        import pyodbc  # noqa: F401
    except ImportError:
        config.pluginmanager.register(SkipsModules())
