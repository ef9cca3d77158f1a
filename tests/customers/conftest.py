"""A portfolio in a database, and files that come into it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from end_to_end.support_app import App
from servers import Database

from robot.cells.tables import CLIENTS
from robot.customers.importing import Imported, Options, import_clients, preview_import


class Portfolio:
    """The table `clients`, and what is needed to import into it."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database
        self.stop = threading.Event()
        self.doubts: list[str] = []  # what the last import asked about

    def write(self, text: str, name: str = "clients.csv") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def workbook(
        self, rows: Sequence[Sequence[object]], name: str = "clients.xlsx", sheet: str = "Carteira"
    ) -> Path:
        book = openpyxl.Workbook()
        page = book.active
        page.title = sheet
        for row in rows:
            page.append(list(row))
        path = self.folder / name
        book.save(path)
        return path

    def take(self, file: Path | str, *, yes: bool = False, **options: Any) -> Imported:
        """Import a file, or a text as CSV; `yes`: what is asked is answered so."""
        path = self.write(file) if isinstance(file, str) else file
        self.doubts = []

        def agree(doubts: Sequence[str]) -> bool:
            self.doubts = list(doubts)
            return True

        repository = self.database.repository(stop=self.stop)
        confirm = {"confirm": agree} if yes else {}
        try:
            found = import_clients(
                path,
                repository,
                self.database.clock,
                self.stop,
                options=Options(**options),
                **confirm,
            )
        finally:
            repository.close()
        assert found is not None
        return found

    def preview(self, file: Path | str, **options: Any) -> Imported:
        path = self.write(file) if isinstance(file, str) else file
        repository = self.database.repository(stop=self.stop)
        try:
            return preview_import(path, repository, self.stop, options=Options(**options))
        finally:
            repository.close()

    def app(self) -> App:
        return App(self.folder, **self.database.variables)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.database.query(sql)

    def client(self, key: str = "1") -> dict[str, str | None]:
        """A client's cells by their column."""
        names = ", ".join(CLIENTS.row_names)
        rows = [row for row in self.query(f"SELECT {names} FROM clients") if row[0] == key]
        assert len(rows) == 1, rows
        return dict(zip(CLIENTS.row_names, rows[0], strict=True))

    def keys(self) -> list[str]:
        return sorted(row[0] for row in self.query("SELECT external_id FROM clients"))

    def executions(self) -> int:
        return int(self.query("SELECT COUNT(*) FROM execution_logs")[0][0])


@pytest.fixture
def portfolio(tmp_path: Path, database: Database) -> Portfolio:
    return Portfolio(tmp_path, database)
