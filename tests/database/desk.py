"""An operator's desk: a `.env`, commands run in this process as app.py would run them, and what
they said.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from proof.machine import clear_environment
from servers import Database

from robot.cli import main
from robot.simulators.threec import DEMO_TOKEN, Simulator


class Desk:
    def __init__(
        self,
        database: Database,
        simulator: Simulator,
        folder: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        clear_environment(monkeypatch)
        monkeypatch.setenv("COLUMNS", "250")
        self.database, self.simulator, self.folder = database, simulator, folder
        self.told = ""
        self._capsys = capsys
        self.set()

    def set(self, **more: Any) -> None:
        """Write the `.env`, with these settings besides."""
        values = {
            "BASE_URL": self.simulator.url,
            "MANAGER_TOKEN": DEMO_TOKEN,
            "LOG_DIR": self.folder / "logs",
            "API_MAX_ATTEMPTS": 2,
            **self.database.variables,
            **more,
        }
        text = "".join(f"{name}='{value}'\n" for name, value in values.items())
        (self.folder / ".env").write_text(text, "utf-8")

    def run(self, *arguments: object) -> int:
        code = main(["--env-file", str(self.folder / ".env"), *map(str, arguments)])
        self.told = "".join(self._capsys.readouterr())
        return code

    def sync(self, day: object, *more: object) -> int:
        return self.run("run", "--start", day, "--end", day, *more)

    def load(self, *lines: str) -> int:
        """Import a file of clients: external_id;name;phone."""
        path = self.folder / "carteira.csv"
        path.write_text("\n".join(["id;nome;fone", *lines, ""]), "utf-8")
        return self.run("clients", "import", path)

    def send(self) -> int:
        return self.run("export", "--campaign", "5", "--yes")
