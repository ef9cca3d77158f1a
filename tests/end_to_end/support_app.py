"""`app.py` as a process of its own, with a `.env` of its own, against a simulator."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from clocks import robot_at

from robot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
TOKEN = "tok3n-of-the-manager-that-nobody-may-ever-see-000000000000001"
PASSWORD = "p4ssword}that;nobody'may ever see"


class App:
    """Starts the robot in `folder`, with the settings given written into `folder/.env`."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.outputs: list[str] = []
        values = {
            "DB_FILE": folder / "robot.db",
            "LOG_DIR": folder / "logs",
            "MANAGER_TOKEN": TOKEN,
            **settings,
        }
        self.env_file = folder / ".env"
        self.env_file.write_text(
            "".join(f"{name}='{value}'\n" for name, value in values.items()), encoding="utf-8"
        )

    def start(
        self, *arguments: str, clock: str | None = None, leap: Path | None = None
    ) -> subprocess.Popen[str]:
        names = {name.upper() for name in Settings.model_fields}
        environment = {name: value for name, value in os.environ.items() if name not in names}
        program = [sys.executable, str(ROOT / "app.py")] if clock is None else robot_at(clock, leap)
        return subprocess.Popen(
            [*program, "--env-file", str(self.env_file), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd="/",
            env={**environment, "PYTHONUTF8": "1"},
        )

    def finish(self, process: subprocess.Popen[str], timeout: float = 150) -> tuple[int, str]:
        """Wait for its end: exit code, and everything that it printed."""
        out, err = process.communicate(timeout=timeout)
        self.outputs.append(out + err)
        return process.returncode, out + err

    def run(self, *arguments: str, clock: str | None = None) -> tuple[int, str]:
        return self.finish(self.start(*arguments, clock=clock))

    def logged(self) -> str:
        """The main log as it stands."""
        path = self.folder / "logs" / "api_robot_main.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def interrupt(self, process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGINT)

    def everything_written(self) -> str:
        """Every output of every run, and every file in the folder but the `.env` itself."""
        files = [
            path for path in self.folder.rglob("*") if path.is_file() and path != self.env_file
        ]
        return "\n".join(
            [*self.outputs, *(path.read_bytes().decode("utf-8", "replace") for path in files)]
        )
