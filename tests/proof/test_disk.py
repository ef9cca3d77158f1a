"""Full disks and read-only folders: the logs never stop a sync; the database says so, and the next
run goes on.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from proof.machine import Machine, ago
from servers import Database, sqlite_only

pytestmark = sqlite_only("disks are filled under files")
Operator = Callable[..., Machine]


class Disk:
    """A small file system of its own, in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mount(self, options: str) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.path)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True)

    def fill(self) -> None:
        with suppress(OSError), (self.path / "filler").open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        assert shutil.disk_usage(self.path).free == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "disk"
    path.mkdir()
    disk = Disk(path)
    if not disk.mount("size=400k"):
        pytest.skip("needs the right to mount a tmpfs")
    yield disk
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def test_a_full_disk_under_the_logs_does_not_stop_a_sync(operator: Operator, disk: Disk) -> None:
    disk.fill()
    machine = operator(LOG_DIR=disk.path / "logs")
    assert machine.sync(ago(2), ago(1)) == 0
    assert machine.rows("SELECT COUNT(*) FROM calls") == [(120,)]
    assert "The robot goes on without them" in machine.err
    assert machine.err.count("cannot be written") == 1
    assert "Traceback" not in machine.err


def test_a_disk_that_fills_up_under_the_logs_does_not_stop_a_sync(
    operator: Operator, disk: Disk
) -> None:
    machine = operator(LOG_DIR=disk.path / "logs")
    assert machine.sync(ago(2)) == 0
    disk.fill()
    assert machine.sync(ago(2), ago(1)) == 0
    assert machine.rows("SELECT COUNT(*) FROM calls") == [(120,)]
    assert "Traceback" not in machine.err


def test_a_read_only_log_folder_does_not_stop_a_sync(operator: Operator, disk: Disk) -> None:
    disk.remount("ro")
    machine = operator(LOG_DIR=disk.path / "logs")
    assert machine.sync(ago(2), ago(1)) == 0
    assert "The robot goes on without them" in machine.err
    assert "Traceback" not in machine.err


def test_a_full_disk_under_the_database_is_told_and_the_next_run_goes_on(
    operator: Operator, disk: Disk
) -> None:
    machine = operator(days=3, per_day=400, DB_FILE=disk.path / "robot.db")
    machine.database = Database.of_file(disk.path / "robot.db")
    assert machine.sync(ago(3), ago(1)) == 1
    assert "is full" in machine.out + machine.err
    assert "Traceback" not in machine.out + machine.err
    disk.remount("size=50m")
    assert machine.sync(ago(3), ago(1)) == 0
    assert machine.rows("SELECT COUNT(*), COUNT(DISTINCT id) FROM calls") == [(1200, 1200)]
    statuses = [
        status for (status,) in machine.rows("SELECT status FROM execution_logs ORDER BY id")
    ]
    assert statuses[-1] == "COMPLETED_SUCCESS"
    assert set(statuses[:-1]) <= {"FAILED"}
    assert machine.audit(ago(3), ago(1)) == 0


def test_a_database_that_cannot_be_written_is_told_and_the_next_run_goes_on(
    operator: Operator, disk: Disk
) -> None:
    disk.remount("size=50m")
    machine = operator(DB_FILE=disk.path / "robot.db")
    machine.database = Database.of_file(disk.path / "robot.db")
    assert machine.sync(ago(2)) == 0
    disk.remount("ro")
    assert machine.sync(ago(2), ago(1)) == 1
    assert "cannot be opened or written" in machine.out + machine.err
    assert "Traceback" not in machine.out + machine.err
    disk.remount("rw")
    assert machine.sync(ago(2), ago(1)) == 0
    assert machine.rows("SELECT COUNT(*) FROM calls") == [(120,)]


def test_a_folder_that_cannot_hold_the_database_is_told(operator: Operator, disk: Disk) -> None:
    disk.remount("ro")
    machine = operator(DB_FILE=disk.path / "data" / "robot.db")
    assert machine.sync(ago(1)) == 1
    assert "Check DB_FILE, and the folder's rights." in machine.err
    assert "Traceback" not in machine.err


def test_an_export_of_rejections_to_a_full_disk_is_told_and_leaves_no_part_of_it(
    operator: Operator, disk: Disk
) -> None:
    machine = operator(days=1, broken=4)
    assert machine.sync(ago(1)) == 3
    disk.fill()
    file = disk.path / "rejected.jsonl"
    assert machine.run("rejected", "export", file) == 1
    assert f"{file} cannot be written: No space left on device." in machine.err
    assert "Unexpected" not in machine.err
    assert not file.exists()
