"""How often the code page of a file with few accented letters is found: the robot, chardet,
charset-normalizer.

    python benchmarks/encodings.py

Each is asked to choose among cp1252, cp850 and mac_roman for files of 1 to 100 Brazilian names.
chardet lives in an environment of its own, charset-normalizer comes with requests.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = Path(tempfile.gettempdir()) / "api-3c-robot-encodings"
PEERS = ["chardet==7.7.0", "charset-normalizer==3.5.3"]
NAMES = (
    *(
        "João",
        "José",
        "Ação",
        "Antônio",
        "Conceição",
        "Zélia",
        "Gonçalves",
        "Araújo",
        "Inácio",
        "Luís",
        "Mônica",
        "Ângela",
    ),
    *(
        "Íris",
        "JOÃO",
        "JOSÉ",
        "CONCEIÇÃO",
        "ANTÔNIO",
        "São Paulo",
        "Ética",
        "Estação",
        "Vovô",
        "Pará",
        "Goiás",
        "Ítalo",
    ),
)
TRIALS = 50

_PEER = """
import sys, pathlib
import chardet, charset_normalizer
for line in sys.stdin:
    content = pathlib.Path(line.strip()).read_bytes()
    one = chardet.detect(content, include_encodings=["cp1252", "cp850", "mac_roman"])["encoding"]
    two = charset_normalizer.from_bytes(
        content, cp_isolation=["cp1252", "cp850", "mac_roman"], preemptive_behaviour=False
    )
    best = two.best()
    print(one or "none", best.encoding if best else "none")
"""


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from robot.customers.files.encodings import find_encoding

    python = _peers()
    print(
        f"{'names':>5} {'written as':12}{'robot':>8}{'chardet':>10}{'charset-normalizer':>20}  "
        f" right of {TRIALS}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for count in (1, 2, 3, 10, 100):
            for codec in ("cp1252", "cp850", "mac_roman"):
                paths = [_file(Path(folder), count, codec, trial) for trial in range(TRIALS)]
                said = subprocess.run(
                    [python, "-c", _PEER],
                    input="\n".join(map(str, paths)),
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout.split()
                robot = sum(_right(path, codec, find_encoding(path).codec) for path in paths)
                peers = [
                    sum(_right(path, codec, c) for path, c in zip(paths, said[n::2], strict=True))
                    for n in (0, 1)
                ]
                print(f"{count:>5} {codec:12}{robot:>8}{peers[0]:>10}{peers[1]:>20}", flush=True)


def _peers() -> str:
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    subprocess.run(
        [python, "-m", "pip", "install", "-q", *PEERS], check=True, stderr=subprocess.DEVNULL
    )
    return str(python)


def _file(folder: Path, count: int, codec: str, trial: int) -> Path:
    chance = random.Random(f"{count} {trial}")
    lines = (f"{n};{chance.choice(NAMES)} Silva;;1199999{n:04};1.150,00\r\n" for n in range(count))
    path = folder / f"{codec}-{count}-{trial}.csv"
    path.write_bytes(("codigo;nome;cpf;telefone;valor\r\n" + "".join(lines)).encode(codec))
    return path


def _right(path: Path, written: str, found: str) -> bool:
    content = path.read_bytes()
    try:
        return content.decode(found) == content.decode(written)
    except (LookupError, UnicodeDecodeError):
        return False


if __name__ == "__main__":
    main()
