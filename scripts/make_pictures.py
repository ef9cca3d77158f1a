"""docs/pictures/*.svg: the terminal as the operator sees it, drawn by rich from real runs. Run by
hand after a change.

    .venv/bin/python scripts/make_pictures.py [dist/app]

Takes the executable where it is given, app.py otherwise; against the built-in 3C Plus.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from openpyxl import Workbook
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from robot.simulators.threec import GESTOR, Simulator, make_calls  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
WIDTH = 118


def main() -> None:
    """Run each scene in one folder, in the order in which an operator meets them."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    yesterday = datetime.now().date() - timedelta(days=1)
    days = [yesterday - timedelta(days=back) for back in (3, 2, 1, 0)]
    with tempfile.TemporaryDirectory() as temporary, Simulator(make_calls(days, 1500)) as simulator:
        folder = Path(temporary) / "robo-3c"
        folder.mkdir()
        command = _program(folder)
        env = folder / ".env"
        _draw("primeiro-inicio", command, folder, title="duplo clique em app")
        _draw("demonstracao", command, folder, "demo")
        env.write_text(
            (
                "MANAGER_TOKEN=\nPER_PAGE=cem\nCRON_SCHEDULE='às"
                " duas'\nDB_SERVER=SRV-SQL\nDB_DATABASE=\n"
            ),
            encoding="utf-8",
        )
        _draw("env-errado", command, folder, "check")
        settings = {"MANAGER_TOKEN": GESTOR.text, "BASE_URL": simulator.url, "LOG_LEVEL": "WARNING"}
        env.write_text(
            "".join(f"{name}='{value}'\n" for name, value in settings.items()), encoding="utf-8"
        )
        _draw("check", command, folder, "check")
        _draw("execucao", command, folder, "run", "--start", str(days[0]), "--end", str(days[2]))
        _draw("estado", command, folder, "status")
        _make_portfolio(folder.parent / "carteira.xlsx")  # the commands run there
        _draw("importar-previa", command, folder, "clients", "import", "carteira.xlsx", "--preview")
        _draw("importar-resumo", command, folder, "clients", "import", "carteira.xlsx")


def _make_portfolio(path: Path) -> None:
    """A spreadsheet as people keep it: titles of many words, numbers without their zeros, a mistake
    or two.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "Carteira"
    for row in (
        ("Código", "Nome do Devedor", "CPF do Cliente", "DDD", "Telefone 1 (celular)", "Tel. Res."),
        ("00123", "Ana Maria Souza", 52998224725, 11, "99999-8888", None),
        ("00124", "João Pereira", 1234567890, 21, "98888-7777", "3333-4444"),
        ("00125", "Padaria Central Ltda", "11.222.333/0001-81", 31, "97777-6666", None),
        ("00126", "José Lima", None, 41, "9999", None),
        ("00127", "Eva Gomes", None, 51, "96666-5555", None),
        (datetime(2026, 3, 1), "Caio Dias", None, 51, "96666-4444", None),
    ):
        sheet.append(row)
    for number, row in enumerate(
        (
            ("Saldo Devedor Atualizado", "Credor", "UF", "Situação do contrato", "Vendedor"),
            (1150, "Banco X", "SP", "ativo", "Rui"),
            (89.9, "Banco X", "RJ", "bloqueado", None),
            ("R$ 2.300,00", "Banco Y", "MG", "acordo", "Lia"),
            (100, "Banco Y", "PR", "ativo", None),
            (55.5, "Banco Y", "RS", "ativo", "Lia"),
            (55.5, "Banco Y", "RS", "ativo", "Lia"),
        ),
        1,
    ):
        for column, cell in enumerate(row, 7):
            sheet.cell(number, column, cell)
    hidden = book.create_sheet("Mês passado")
    hidden.sheet_state = "hidden"
    hidden.append(("Código", "Nome"))
    hidden.append(("00099", "Rui Melo"))
    book.save(path)


def _program(folder: Path) -> list[str]:
    if len(sys.argv) > 1:
        shutil.copy2(sys.argv[1], folder / "app")
        return [str(folder / "app")]
    for name in ("app.py", "robot", "sql", ".env.example"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    return [sys.executable, str(folder / "app.py")]


def _draw(name: str, command: list[str], folder: Path, *arguments: str, title: str = "") -> None:
    ended = subprocess.run(  # noqa: S603 - our own program
        [*command, *arguments],
        cwd=folder.parent,
        env={
            "PATH": os.environ["PATH"],
            "FORCE_COLOR": "1",
            "COLUMNS": str(WIDTH),
            "LANG": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    shown = ended.stdout.decode() + ("" if ended.returncode == 0 else ended.stderr.decode())
    shown = re.sub(r"\x1b\[\?25[lh]|\x1b\[2K|\x1b\[\d*A|\r", "", shown)
    # the same run in the folder that the manual speaks of
    shown = re.sub(r"python app\.py|\./app\b", "app.exe", shown)
    shown = re.sub(
        re.escape(str(folder)) + r"[\w./-]*", lambda path: _as_windows(path[0], folder), shown
    )
    title = title or " ".join(("app", *arguments))
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115, PTH123
    console.print(Text.from_ansi(shown.strip("\n")), overflow="fold")
    svg = console.export_svg(title=title, theme=MONOKAI, unique_id=name)
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


def _as_windows(path: str, folder: Path) -> str:
    return "C:\\robo-3c" + path.removeprefix(str(folder)).replace("/", "\\")


if __name__ == "__main__":
    main()
