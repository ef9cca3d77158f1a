"""The embedded database copied while it is in use, and put back: whole, or not at all."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from proof.machine import LONG_AGO, Machine, ago
from servers import sqlite_only

from robot.database.backups import back_up, restore
from robot.errors import Interrupted

pytestmark = sqlite_only("a server is backed up by its DBA")
Operator = Callable[..., Machine]


@pytest.fixture
def machine(operator: Operator) -> Machine:
    """Three days of sixty calls, the older two stored."""
    machine = operator(days=3)
    assert machine.sync(ago(3), ago(2)) == 0
    return machine


def counted(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM calls").fetchone()[0])


def test_a_backup_holds_all_rows_and_a_restore_brings_them_back(
    machine: Machine, tmp_path: Path
) -> None:
    backup = tmp_path / "a copy.db"
    assert machine.run("backup", backup) == 0
    assert "120 calls, 1 executions" in machine.out
    assert machine.sync(ago(1)) == 0
    assert counted(machine.database.settings.db_file) == 180
    assert machine.run("restore", backup, "--yes") == 0
    assert counted(machine.database.settings.db_file) == 120
    kept = next(
        machine.database.settings.db_file.parent.glob(
            f"{machine.database.settings.db_file.name}.before-*"
        )
    )
    assert counted(kept) == 180
    assert str(kept) in machine.out
    assert machine.sync(ago(1)) == 0  # and it goes on
    assert counted(machine.database.settings.db_file) == 180


def test_a_backup_is_one_file_that_its_user_alone_may_read(
    machine: Machine, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    assert machine.run("backup", folder / "copy.db") == 0
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    if os.name == "posix":
        assert (folder / "copy.db").stat().st_mode & 0o777 == 0o600


def test_writers_neither_wait_for_a_backup_nor_get_into_it(
    machine: Machine, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(machine.database.settings.db_file, timeout=0.1)) as writer:
        writer.execute("CREATE TABLE ballast (x)")
        writer.executemany("INSERT INTO ballast VALUES (?)", [("x" * 3000,)] * 10_000)
        writer.commit()
        steps = []

        def write(done: int, _total: int) -> None:
            steps.append(done)
            writer.execute(
                "INSERT INTO robot_state (name, value) VALUES (?, '')", (f"step {done}",)
            )
            writer.commit()

        back_up(machine.database.settings.db_file, tmp_path / "copy.db", threading.Event(), write)
    assert len(steps) > 1
    assert steps == sorted(steps)  # it never began anew
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute(
            "SELECT COUNT(*) FROM robot_state WHERE name LIKE 'step %'"
        ).fetchone() == (0,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_backup_that_is_stopped_leaves_no_file(machine: Machine, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        back_up(machine.database.settings.db_file, tmp_path / "copy.db", stop, lambda *_: None)
    assert list(tmp_path.glob("copy.db*")) == []


def test_a_restore_that_is_stopped_leaves_the_database_as_it_was(
    machine: Machine, tmp_path: Path
) -> None:
    assert machine.run("backup", tmp_path / "copy.db") == 0
    assert machine.sync(ago(1)) == 0
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        restore(tmp_path / "copy.db", machine.database.settings.db_file, stop, lambda *_: None)
    assert counted(machine.database.settings.db_file) == 180


def test_a_damaged_database_is_replaced_and_kept(machine: Machine, tmp_path: Path) -> None:
    backup = tmp_path / "copy.db"
    assert machine.run("backup", backup) == 0
    for ending in ("-wal", "-shm"):
        Path(f"{machine.database.settings.db_file}{ending}").unlink(missing_ok=True)
    machine.database.settings.db_file.write_bytes(b"no database at all" * 1000)
    assert machine.run("backup", tmp_path / "another.db") == 1
    assert not (tmp_path / "another.db").exists()
    assert machine.run("restore", backup, "--yes") == 0
    assert counted(machine.database.settings.db_file) == 120
    kept = next(
        machine.database.settings.db_file.parent.glob(
            f"{machine.database.settings.db_file.name}.before-*"
        )
    )
    assert kept.read_bytes().startswith(b"no database")


def test_what_is_no_backup_of_the_robot_is_refused_by_name(
    machine: Machine, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE calls (id)")
    (tmp_path / "text.db").write_text("no database")
    torn = tmp_path / "torn.db"
    assert machine.run("backup", torn) == 0
    torn.write_bytes(torn.read_bytes()[:-5000])
    for name in ("other.db", "text.db", "torn.db", "missing.db"):
        assert machine.run("restore", tmp_path / name, "--yes") == 2, name
        assert name in machine.err
    assert counted(machine.database.settings.db_file) == 120


def test_a_backup_of_a_newer_robot_is_refused(machine: Machine, tmp_path: Path) -> None:
    assert machine.run("backup", tmp_path / "copy.db") == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        copy.execute(
            "INSERT INTO schema_versions (script, applied_at) VALUES ('sqlite/9999_later.sql',"
            " '2030-01-01')"
        )
        copy.commit()
    assert machine.run("restore", tmp_path / "copy.db", "--yes") == 2
    assert "sqlite/9999_later.sql" in machine.err


def test_a_database_that_cannot_be_backed_up_is_called_by_its_own_name(
    machine: Machine, tmp_path: Path
) -> None:
    machine.rows(
        "INSERT INTO schema_versions (script, applied_at) VALUES ('sqlite/9999_later.sql',"
        " '2030-01-01')"
    )
    assert machine.run("backup", tmp_path / "copy.db") == 2
    assert str(machine.database.settings.db_file) in machine.err
    assert "unfinished" not in machine.err
    assert list(tmp_path.glob("copy.db*")) == []


def test_nothing_is_replaced_without_a_word_nor_while_an_execution_runs(
    machine: Machine, tmp_path: Path
) -> None:
    assert machine.run("backup", tmp_path / "copy.db") == 0
    assert machine.run("backup", tmp_path / "copy.db") == 2  # it stands already
    assert machine.run("restore", tmp_path / "copy.db") == 2
    assert "--yes" in machine.err
    for job in ("calls", "dialer_export"):
        holder = machine.database.engine()
        holder.connect()
        assert holder.acquire(job)
        try:
            assert machine.run("restore", tmp_path / "copy.db", "--yes") == 4
            assert machine.run("backup", tmp_path / f"{job}.db") == 0
        finally:
            holder.release()


def test_contacts_that_were_sent_since_the_backup_are_told(
    machine: Machine, tmp_path: Path
) -> None:
    assert machine.run("backup", tmp_path / "copy.db") == 0
    machine.rows(
        (
            "INSERT INTO dialer_exports (id, token, campaign_id, list_name, created_at) VALUES (1,"
            " 'x', 5, 'A list', ?)"
        ),
        LONG_AGO,
    )
    names = "export_id, campaign_id, records, payload, created_at, external_id, status"
    for status in ("sent", "unknown", "pending"):
        machine.rows(
            f"INSERT INTO dialer_export_items ({names}) VALUES (1, 5, 1, '', ?, ?, ?)",
            LONG_AGO,
            status,
            status,
        )
    assert machine.run("restore", tmp_path / "copy.db", "--yes") == 0
    assert "2 contact(s) were sent to the dialer since the backup" in machine.out


def test_a_database_on_a_server_is_its_dbas(machine: Machine, tmp_path: Path) -> None:
    machine.write(
        DB_SERVER="sql01", DB_DATABASE="d", DB_USERNAME="u", DB_PASSWORD="Zx81-not-a-word"
    )
    assert machine.run("backup", tmp_path / "copy.db") == 2
    assert "sql01" in machine.err


def test_a_file_that_is_no_database_is_named_and_not_the_copy(
    machine: Machine, tmp_path: Path
) -> None:
    Path(machine.database.settings.db_file).write_text("no database at all " * 100, "utf-8")
    assert machine.run("backup", tmp_path / "copy.db") == 1
    assert f"{machine.database.settings.db_file} is damaged or no SQLite database" in machine.err
    assert "Restore it from a backup, or name another DB_FILE." in machine.err
    assert not (tmp_path / "copy.db").exists()
