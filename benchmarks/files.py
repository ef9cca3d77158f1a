"""Reading and importing a file of 300,000 customers, beside pandas, polars and calamine: lines a
second, peak memory.

    python benchmarks/files.py --lines 300000

    read     the robot's own reader (robot/customers/files): every cell judged,
                  the XML proven whole before the first row
    import   `app.py clients import` into an empty SQLite database, interpreter start included
    calamine python-calamine alone, rows into Python lists: the fastest well-kept reader of XLSX
    pandas   read_csv, read_excel with calamine; all as text, as an import must read keys
    polars   the same, by fastexcel (calamine)

The others live in an environment of their own, in this machine's folder for temporary files. Each
run is a process of its own. The last table tells why calamine is not used, though it is fast: what
each makes of cells that are not what they seem.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ["python-calamine==0.9.1", "pandas==3.1.1", "polars==2.1.0", "fastexcel==0.21.0"]
ENVIRONMENT = Path(tempfile.gettempdir()) / "api-3c-robot-files"
HEADERS = [
    "codigo",
    "nome",
    "cpf",
    "telefone",
    "telefone 2",
    "valor",
    "credor",
    "status",
    "vencimento",
]
FIRST = ["Ana", "Maria", "João", "Antônio", "Zélia", "Conceição", "Bia", "Caio", "Félix", "Otávio"]
LAST = ["Silva", "Souza", "Lima", "Araújo", "Gonçalves", "Nuñez", "Pereira", "Assunção"]

_READERS = {
    "read": """
import sys; sys.path.insert(0, {root!r})
from pathlib import Path
from robot.customers.files import open_table
rows = sum(1 for _ in open_table(Path({path!r})).rows())
""",
    "calamine": """
from python_calamine import CalamineWorkbook
rows = sum(1 for _ in CalamineWorkbook.from_path({path!r}).get_sheet_by_index(0).iter_rows()) - 1
""",
    "pandas": """
import pandas
rows = len(pandas.read_excel({path!r}, engine="calamine", dtype=str) if {path!r}.endswith("x")
           else pandas.read_csv({path!r}, sep=";", dtype=str))
""",
    "polars": """
import polars
rows = len(polars.read_excel({path!r}, engine="calamine", infer_schema_length=0)
           if {path!r}.endswith("x")
           else polars.read_csv({path!r}, separator=";", infer_schema=False))
""",
}
_ODD = """
import sys
from python_calamine import CalamineWorkbook
print(CalamineWorkbook.from_path({path!r}).get_sheet_by_index(0).to_python()[1:])
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=300_000)
    parser.add_argument("--no-import", action="store_true", help="only read")
    parser.add_argument("--make", type=Path, help="only write the files into this folder")
    arguments = parser.parse_args()
    if arguments.make:
        _make_files(arguments.make, arguments.lines)
        return
    python = _peers()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # by a process of its own: one that is started has at least the memory that its parent had
        subprocess.run(
            [sys.executable, __file__, "--make", folder, "--lines", str(arguments.lines)],
            check=True,
        )
        files = [folder / "clientes.csv", folder / "clientes.xlsx"]
        print(f"{'':28}{'seconds':>10}{'CPU s':>10}{'lines/CPU s':>14}{'peak MB':>10}")
        for path in files:
            for reader in _READERS:
                if reader == "calamine" and path.suffix == ".csv":
                    continue
                code = _READERS[reader].format(path=str(path), root=str(ROOT))
                _measure(
                    f"{path.suffix[1:]} {reader}",
                    [sys.executable if reader == "read" else python, "-c", code],
                    arguments,
                )
            if not arguments.no_import:
                _import(path, folder, arguments)
        _odd_cells(folder, python)


def _peers() -> str:
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    subprocess.run(
        [python, "-m", "pip", "install", "-q", *PEERS], check=True, stderr=subprocess.DEVNULL
    )
    return str(python)


def _make_files(folder: Path, lines: int) -> None:
    """The same customers as CSV (UTF-8, as exports are) and as XLSX (shared strings, as Excel
    saves).
    """
    import xlsxwriter

    chance = random.Random(1)
    with (
        (folder / "clientes.csv").open("w", newline="", encoding="utf-8") as text,
        xlsxwriter.Workbook(folder / "clientes.xlsx") as book,
    ):
        writer, sheet = csv.writer(text, delimiter=";"), book.add_worksheet("Carteira")
        writer.writerow(HEADERS)
        sheet.write_row(0, 0, HEADERS)
        for n in range(1, lines + 1):
            name = " ".join((chance.choice(FIRST), chance.choice(LAST), chance.choice(LAST)))
            phones = [
                f"119{chance.randrange(10**7, 10**8):08}",
                f"(21) 9{chance.randrange(10**7, 10**8):08}",
            ]
            amount = round(chance.random() * 5000, 2)
            rest = [chance.choice(["Banco X", "Banco Y"]), "ativo", "01/02/2026"]
            line = [n, name, _cpf(chance), *phones]
            writer.writerow([*line, f"{amount:.2f}".replace(".", ","), *rest])
            sheet.write_row(n, 0, [*line, amount, *rest])


def _cpf(chance: random.Random) -> str:
    digits = [chance.randrange(10) for _ in range(9)]
    for _ in range(2):
        rest = (
            sum(
                digit * weight
                for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True)
            )
            * 10
            % 11
        )
        digits.append(rest % 10)
    return "".join(map(str, digits))


def _measure(what: str, command: list[str], arguments: argparse.Namespace, **more: object) -> None:
    """One process, to its end: its time, that of the processor, and the most memory it had.

    Where others want the processor, the second is the one to compare.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
    )  # type: ignore[call-overload]
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        print(f"{what:28}{'failed':>10}")
        return
    cpu = used.ru_utime + used.ru_stime
    rate, peak = arguments.lines / cpu, used.ru_maxrss / 1024
    print(f"{what:28}{took:>10.1f}{cpu:>10.1f}{rate:>14,.0f}{peak:>10,.0f}", flush=True)


def _import(path: Path, folder: Path, arguments: argparse.Namespace) -> None:
    settings = folder / f"{path.suffix[1:]}.env"
    settings.write_text(
        "BASE_URL=http://127.0.0.1:9/api/v1/calls\nMANAGER_TOKEN=none\n"
        f"DB_FILE={folder / path.suffix[1:]}.db\n"
        f"LOG_DIR={folder / 'logs'}\n",
        "utf-8",
    )
    command = [
        sys.executable,
        str(ROOT / "app.py"),
        "--env-file",
        str(settings),
        "clients",
        "import",
        str(path),
        "--yes",
    ]
    _measure(f"{path.suffix[1:]} import", command, arguments, cwd=ROOT)


def _odd_cells(folder: Path, python: str) -> None:
    """What a formula without a value, a stale 0, a long number, a merged cell and padded digits
    become.
    """
    import xlsxwriter

    sys.path.insert(0, str(ROOT))
    from robot.customers.files import open_table

    path = folder / "odd.xlsx"
    with xlsxwriter.Workbook(path) as book:
        hidden = book.add_worksheet("Mes passado")
        hidden.write_row(0, 0, ["codigo"])
        hidden.write_row(1, 0, ["last month's"])
        sheet = book.add_worksheet("Carteira")
        sheet.write_row(0, 0, ["codigo"])
        for row, formula in enumerate(["=10*115", '="11"&"999990003"'], 1):
            sheet.write_formula(row, 0, formula, None, "" if row == 2 else 0)
        sheet.write_number(3, 0, 1234567890123456789)
        sheet.write_formula(4, 0, "=NA()", None, "#N/A")
        sheet.write_number(
            5, 0, 1234567890, book.add_format({"num_format": "000\\.000\\.000\\-00"})
        )
        sheet.activate()
        hidden.hide()
    table = open_table(path)
    print("\ncells that are not what they seem, in a workbook whose first sheet is hidden")
    print(
        "calamine ",
        subprocess.run(
            [python, "-c", _ODD.format(path=str(path))], capture_output=True, text=True
        ).stdout.strip(),
    )
    print("robot    ", [getattr(row.cells[0], "reason", row.cells[0]) for row in table.rows()])


if __name__ == "__main__":
    main()
