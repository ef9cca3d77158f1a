"""What app.spec leaves out of the executable, the robot does without."""

import ast
import subprocess
import sys
from pathlib import Path

from without_odbc import odbc

ROOT = Path(__file__).resolve().parent.parent
ARCHIVED = "tzdata"  # it travels as a zip, see app.spec

IMPORT_ALL = """
import importlib, pkgutil, sys
excluded = set(sys.argv[1:])
class Excluded:
    def find_spec(self, name, path=None, target=None):
        if name in excluded:
            raise ModuleNotFoundError(f"app.spec leaves out {name}", name=name)
sys.meta_path.insert(0, Excluded())
for name in excluded:
    sys.modules.pop(name, None)
import robot.cli
for module in pkgutil.walk_packages(robot.__path__, "robot."):
    importlib.import_module(module.name)
"""


def excluded() -> list[str]:
    """The names in its EXCLUDES."""
    tree = ast.parse((ROOT / "app.spec").read_text(encoding="utf-8"))
    (names,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXCLUDES"
    ]
    return [node.value for node in ast.walk(names) if isinstance(node, ast.Constant)]


def test_every_module_of_the_robot_loads_without_what_the_executable_leaves_out():
    odbc()
    names = [name for name in excluded() if name != ARCHIVED]
    assert "tkinter" in names
    ended = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
