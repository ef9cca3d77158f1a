"""The first start without a command: no `.env` stands beside the program yet. It is written, and
what to fill is told.

The text is Portuguese, as `.env.example` is: here the operator meets the robot for the first time.
"""

from __future__ import annotations

import sys
from pathlib import Path

from robot.commands.context import Context
from robot.errors import ConfigurationError, ExitCode
from robot.runtime.program import program
from robot.runtime.resources import resource
from robot.settings import envfile
from robot.settings.check import settings_in_environment
from robot.settings.network import SHARED

_WRITTEN = """
O arquivo de configuração foi criado:

    {path}

Abra-o com o Bloco de Notas (ou outro editor de texto), preencha estas quatro linhas, salve,
e abra o programa outra vez:

    1. MANAGER_TOKEN              o token de serviço da 3C Plus, com papel gestor: começa com 3cs_
    2. DB_SERVER                  o servidor SQL Server  (vazio = banco embutido, um arquivo)
    3. DB_DATABASE                o nome do banco de dados
    4. DB_USERNAME, DB_PASSWORD   o usuário e a senha do banco

As outras linhas já têm valores que servem.
Para ver o robô trabalhar sem token e sem servidor: {program} demo
"""


def is_first_start(context: Context) -> bool:
    """Whether the program was started with no settings at all: no `.env`, and none of them in the
    environment.

    A proxy or certificates of the whole machine are no settings of the robot.

    A file like `.env.txt` holds some, under a wrong name: reading the settings tells so.
    """
    if context.env_file_exists() or envfile.mis_saved(context.env_file):
        return False
    found = settings_in_environment().items()
    return not any(value.strip() for name, value in found if name.upper() not in SHARED)


def write_settings(context: Context) -> ExitCode:
    """Write `.env` from the example.

    Raises ConfigurationError when the folder cannot be written.
    """
    try:
        write_example(context.env_file)
    except OSError as error:
        raise ConfigurationError(
            f"{context.env_file} não existe e não pode ser criado: {error.strerror}.",
            (
                "Copie o programa para uma pasta em que este usuário possa gravar, por exemplo"
                " C:\\robo-3c."
            ),
        ) from None
    text = _WRITTEN.format(path=context.env_file, program=program())
    context.out.print(text, markup=False, soft_wrap=True)
    return ExitCode.CONFIGURATION


def write_example(path: Path) -> None:
    """Write the example to a file that must not exist yet. On Windows as Notepad likes it: CRLF,
    and a BOM.

    Raises OSError.
    """
    windows = sys.platform == "win32"
    text = resource(".env.example").read_text(encoding="utf-8")
    with path.open(
        "x", encoding="utf-8-sig" if windows else "utf-8", newline="\r\n" if windows else "\n"
    ) as file:
        file.write(text)
