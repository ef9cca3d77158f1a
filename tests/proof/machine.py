"""An operator's machine: a simulator, a `.env`, a database; commands run in this process, as app.py
would run them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers import Database

from robot.cli import main
from robot.settings import Settings
from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls

LONG_AGO = datetime(2001, 1, 1)
# where the machine's clock begins, see the fixture `operator`
NOON = datetime(2026, 9, 20, 12, 0, 0)
TODAY = NOON.date()


def ago(number: int) -> date:
    """The day so many days ago, by the machine's clock."""
    return TODAY - timedelta(days=number)


class Machine:
    def __init__(
        self,
        simulator: Simulator,
        folder: Path,
        database: Database,
        capsys: pytest.CaptureFixture[str],
        **settings: Any,
    ) -> None:
        self.simulator, self.folder, self.database, self.capsys = (
            simulator,
            folder,
            database,
            capsys,
        )
        self.env_file = folder / "operator.env"
        self.out = self.err = ""
        self.write(**settings)

    def write(self, **settings: Any) -> None:
        values = {
            "BASE_URL": self.simulator.url,
            "MANAGER_TOKEN": DEMO_TOKEN,
            "DB_FILE": self.folder / "robot.db",
            "LOG_DIR": self.folder / "logs",
            "PER_PAGE": 20,
            **self.database.variables,
            **settings,
        }
        self.env_file.write_text(
            "".join(f"{name}='{value}'\n" for name, value in values.items()), encoding="utf-8"
        )

    def run(self, *arguments: object) -> int:
        code = main(["--env-file", str(self.env_file), *map(str, arguments)])
        self.out, self.err = self.capsys.readouterr()
        return code

    def sync(self, first: date, last: date | None = None, *more: object) -> int:
        return self.run("run", "--start", first, "--end", last or first, *more)

    def audit(self, first: date, last: date | None = None, *more: object) -> int:
        return self.run("audit", "--start", first, "--end", last or first, *more)

    def json(self) -> Any:
        return json.loads(self.out)

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.database.query(sql, *parameters)

    def stamp(self) -> None:
        """Mark every row as written long ago: one that is written again shows itself."""
        for table in ("calls", "mailing_data"):
            self.rows(f"UPDATE {table} SET updated_at = ?", LONG_AGO)

    def written(self) -> set[str]:
        """The calls that were written since `stamp`, themselves or their mailing."""
        found = self.rows("SELECT id FROM calls WHERE updated_at > ?", LONG_AGO)
        found += self.rows("SELECT call_id FROM mailing_data WHERE updated_at > ?", LONG_AGO)
        return {key for (key,) in found}


def clear_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)


@contextmanager
def simulated(days: int, per_day: int, **options: Any) -> Iterator[Simulator]:
    broken, odd = options.pop("broken", 0), options.pop("odd", True)
    calls = make_calls(
        [ago(number) for number in range(1, days + 1)], per_day, odd=odd, broken=broken
    )
    with Simulator(calls, **options) as simulator:
        yield simulator
