"""A system's own scripts: in a folder of its name, run after the engine's, remembered by their
path.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from servers import Database

from robot.database import scripts
from robot.errors import ConfigurationError, ExitCode
from robot.runtime.resources import resource

ONE = {
    "sqlite": "CREATE TABLE IF NOT EXISTS forms (id NVARCHAR(50) NOT NULL PRIMARY KEY);\n",
    "sqlserver": "IF OBJECT_ID(N'dbo.forms', N'U') IS NULL\n"
    "    CREATE TABLE dbo.forms (id NVARCHAR(50) NOT NULL PRIMARY KEY);\nGO\n",
}
TWO = {
    "sqlite": "ALTER TABLE forms ADD COLUMN name NVARCHAR(50);\n",
    "sqlserver": "IF COL_LENGTH(N'dbo.forms', N'name') IS NULL"
    " ALTER TABLE dbo.forms ADD name NVARCHAR(50) NULL;\nGO\n",
}


@pytest.fixture
def sql(tmp_path: Path, monkeypatch) -> Path:
    """The scripts of the program, which a test may add to."""
    folder = tmp_path / "program" / "sql"
    shutil.copytree(resource("sql"), folder)
    monkeypatch.setattr(scripts, "resource", lambda name: folder.parent / name)
    return folder


def add(sql: Path, name: str, texts: dict[str, str]) -> None:
    for database, text in texts.items():
        path = sql / database / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def remembered(database: Database) -> list[str]:
    return [
        name
        for (name,) in database.query("SELECT script FROM schema_versions ORDER BY script")
        if name.startswith("forms_system/")
    ]


@pytest.fixture
def place(request, database: Database) -> Database:
    return request.getfixturevalue("new_server_database") if database.on_server else database


def test_they_are_run_in_order_once_and_remembered_by_their_path(sql, place):
    add(sql, "forms_system/0001_forms.sql", ONE)
    place.repository().close()
    assert remembered(place) == ["forms_system/0001_forms.sql"]
    place.query("INSERT INTO forms (id) VALUES ('a')")
    add(sql, "forms_system/0002_names.sql", TWO)
    for _ in range(2):
        place.repository().close()
        assert remembered(place) == ["forms_system/0001_forms.sql", "forms_system/0002_names.sql"]
    assert place.query("SELECT id, name FROM forms") == [("a", None)]


def test_the_engines_own_come_first(sql):
    add(sql, "a_system/0001_forms.sql", ONE)
    for database in ONE:
        names = [name for name, _ in scripts.read_scripts(database)]
        own = [name for name in names if "/" not in name]
        assert names[: len(own)] == sorted(own)
        assert names[len(own)] == "a_system/0001_forms.sql"


def test_a_database_with_a_script_that_this_program_does_not_know_is_refused(sql, place):
    add(sql, "forms_system/0001_forms.sql", ONE)
    place.repository().close()
    shutil.rmtree(sql / ("sqlserver" if place.on_server else "sqlite") / "forms_system")
    with pytest.raises(ConfigurationError) as told:
        place.repository()
    assert told.value.exit_code is ExitCode.CONFIGURATION
    assert "forms_system/0001_forms.sql" in told.value.message
    assert "newer robot" in told.value.hint
