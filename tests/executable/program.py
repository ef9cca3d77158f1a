"""The executable as a program to start: natively, or a Windows one under Wine.

Standard library only.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KEPT = (
    "HOME",
    "PATH",
    "WINEPREFIX",
    "WINEARCH",
    "WINEDEBUG",
    "ODBCSYSINI",
    "ODBCINI",
    "SYSTEMROOT",
)


@dataclass(frozen=True)
class Ended:
    """How a start ended. `first_line` is in seconds after the start, None when nothing was said."""

    code: int
    text: str
    seconds: float
    first_line: float | None


class Started:
    """A process that runs, whose output is read as it comes."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._began = time.monotonic()
        self._first_line: float | None = None
        self._lines: list[str] = []
        self._heard = threading.Condition()
        # a session of its own, so that Ctrl+C reaches all of it and nothing else; stdin no file
        # (Wine)
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._heard:
                if self._first_line is None and line.strip():
                    self._first_line = time.monotonic() - self._began
                self._lines.append(line.decode("utf-8", errors="replace").rstrip("\r\n"))
                self._heard.notify_all()

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    def wait_for(self, words: str, seconds: float) -> None:
        """Return once the output holds these words. Raises AssertionError when they do not come."""
        with self._heard:
            came = self._heard.wait_for(lambda: words in self.text, timeout=seconds)
        assert came, f"{words!r} did not come within {seconds:g} s:\n{self.text}"

    def press_ctrl_c(self) -> None:
        """As a terminal does: to every process of it."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self, seconds: float) -> Ended:
        """Wait for the end of the process (under Wine the pipe may stay open longer)."""
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end within {seconds:g} s:\n{self.text}") from None
        self._reader.join(timeout=3)
        return Ended(
            self.process.returncode, self.text, time.monotonic() - self._began, self._first_line
        )

    def kill(self) -> None:
        """End all of it at once; harmless when it ended."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=20)


class Program:
    """The executable alone in an empty folder; the current folder is always another one."""

    def __init__(self, executable: Path, folder: Path, *, wine: bool) -> None:
        self.folder, self.wine = folder, wine
        self._elsewhere = folder.with_name(f"{folder.name} elsewhere")
        folder.mkdir(parents=True)
        self._elsewhere.mkdir()
        if executable.is_dir():  # the folder form
            shutil.copytree(executable, folder, dirs_exist_ok=True, symlinks=True)
            self.executable = folder / "app"
        else:
            self.executable = folder / executable.name
            shutil.copy2(executable, self.executable)

    def settings(self, **values: object) -> None:
        """Write the `.env` beside the executable."""
        text = "".join(f"{name}='{value}'\n" for name, value in values.items())
        (self.folder / ".env").write_text(text, encoding="utf-8")

    def start(self, *arguments: str, **environment: str) -> Started:
        """Start it with an environment of nothing but what the system needs."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # no time zones but those inside
        kept |= {"LANG": "C.UTF-8", "PYTHONTZPATH": "", **environment}
        return Started(
            [*(["wine"] if self.wine else []), str(self.executable), *arguments],
            self._elsewhere,
            kept,
        )

    def run(self, *arguments: str, seconds: float = 120, **environment: str) -> Ended:
        """Start it, and wait for its end."""
        return self.start(*arguments, **environment).end(seconds)

    def query(self, sql: str, database: str = "robot.db") -> list[Any]:
        """Rows of the embedded database beside the executable."""
        connection = sqlite3.connect(self.folder / "data" / database)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def nothing_elsewhere(self) -> None:
        """The current folder stays as it was: all that is written stands beside the executable."""
        found = [path.name for path in self._elsewhere.iterdir()]
        assert not found, f"written into the current folder: {found}"
