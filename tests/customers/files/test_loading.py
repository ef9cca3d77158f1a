"""What the program loads before it needs it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
READERS = ("text", "workbook", "sheet", "quick", "encodings")


def test_no_command_loads_a_reader_of_files_until_a_file_is_opened():
    code = (
        "import robot.commands.clients, sys; print(*[name for name in sys.modules if"
        " name.startswith('robot.customers.files.')])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "robot.customers.files.opening" in loaded
    assert not {f"robot.customers.files.{name}" for name in READERS} & set(loaded)


def test_no_library_for_spreadsheets_is_needed_to_read_them():
    code = (
        "import sys; sys.modules['openpyxl'] = sys.modules['xlsxwriter'] = None\n"
        "import robot.customers.files.text, robot.customers.files.workbook"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
