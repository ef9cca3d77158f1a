"""The robot's folder is closed to everybody but those who need it; a folder that others use is
never touched.
"""

from __future__ import annotations

import sys
from pathlib import Path, PureWindowsPath

import pytest

from robot.errors import RobotError
from robot.windows import rights
from robot.windows.rights import LOCAL_SERVICE, SYSTEM, as_typed, why_not_ours

FOLDER = PureWindowsPath(r"C:\robo-3c")
MACHINE = {
    "SYSTEMROOT": r"C:\Windows",
    "PROGRAMFILES": r"C:\Program Files",
    "PROGRAMFILES(X86)": r"C:\Program Files (x86)",
    "PUBLIC": r"C:\Users\Public",
}
OURS = [
    "app.exe",
    "app-antigo.exe",
    ".env",
    "data",
    "logs",
    "_internal",
    "api-3c-robot.exe",
    "api-3c-robot.xml",
]


def test_a_folder_of_the_robot_alone_is_ours():
    assert why_not_ours(FOLDER, OURS, MACHINE) is None
    assert why_not_ours(PureWindowsPath(r"D:\empresa\robo"), OURS, MACHINE) is None


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("C:\\", "root of a drive"),
        ("D:\\", "root of a drive"),
        (r"\\servidor\robo\robo", "another computer"),
        (r"C:\Windows", "other programs"),
        (r"c:\windows\temp\robo", "other programs"),
        (r"C:\Program Files", "other programs"),
        (r"C:\Program Files\robo", "other programs"),
        (r"C:\Program Files (x86)\robo", "other programs"),
        (r"C:\Users", "user's own"),
        (r"C:\Users\ana", "user's own"),
        (r"C:\Users\ana\Downloads", "user's own"),
        (r"C:\Users\ana\OneDrive\Desktop", "used by others"),
        (r"C:\Users\Public\robo", "other programs"),
        (r"C:\Temp", "used by others"),
        (r"C:\ProgramData", "used by others"),
    ],
)
def test_a_shared_folder_is_not(folder, why):
    assert why in (why_not_ours(PureWindowsPath(folder), OURS, MACHINE) or "")


@pytest.mark.parametrize("name", ["outro.exe", "Fotos", "relatorio.docx", "desktop.ini"])
def test_a_folder_with_anything_else_in_it_is_not(name):
    assert why_not_ours(FOLDER, [*OURS, name], MACHINE) == f"it also holds {name}"


def granted(account):
    return [part for call in rights.icacls(FOLDER, account) for part in call if ":(OI)" in part]


def test_the_administrators_the_system_and_the_tasks_account_are_all_who_remain():
    everything = ["*S-1-5-32-544:(OI)(CI)F", "*S-1-5-18:(OI)(CI)F"]
    assert granted(SYSTEM) == everything
    assert granted(LOCAL_SERVICE) == [*everything, "*S-1-5-19:(OI)(CI)M"]
    assert granted("EMPRESA\\ana") == [*everything, "EMPRESA\\ana:(OI)(CI)M"]


def test_the_folder_is_closed_before_its_content_and_as_an_operator_can_type_it():
    assert [as_typed(call) for call in rights.icacls(FOLDER, SYSTEM)] == [
        r'icacls "C:\robo-3c" /setowner "*S-1-5-32-544" /Q',
        r'icacls "C:\robo-3c" /reset /Q',
        (
            r'icacls "C:\robo-3c" /inheritance:r /grant:r "*S-1-5-32-544:(OI)(CI)F"'
            r' "*S-1-5-18:(OI)(CI)F" /Q'
        ),
        r'icacls "C:\robo-3c\*" /setowner "*S-1-5-32-544" /T /L /Q',
        r'icacls "C:\robo-3c\*" /reset /T /L /Q',
    ]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "robo-3c"
    (folder / "data").mkdir(parents=True)
    (folder / "app.exe").touch()
    return folder


def test_our_folder_is_closed(folder):
    calls = []
    assert rights.close(folder, SYSTEM, MACHINE, calls.append) is None
    assert calls == rights.icacls(PureWindowsPath(str(folder)), SYSTEM)


def test_a_shared_folder_is_left_as_it_is(folder):
    (folder / "Fotos").mkdir()
    calls = []
    assert rights.close(folder, SYSTEM, MACHINE, calls.append) == "it also holds Fotos"
    assert calls == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_folder_with_a_link_in_it_is_left_as_it_is(folder, tmp_path):
    (folder / "data" / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    calls = []
    assert rights.close(folder, SYSTEM, MACHINE, calls.append) == "elsewhere in it leads elsewhere"
    assert calls == []


def test_what_icacls_refuses_is_not_taken_for_done(folder):
    def refuse(_arguments):
        raise RobotError("icacls refused (code 5): Access is denied.")

    with pytest.raises(RobotError, match="Access is denied"):
        rights.close(folder, SYSTEM, MACHINE, refuse)


def test_the_manual_and_the_page_of_the_service_tell_the_same_calls():
    docs = Path(__file__).resolve().parents[2] / "docs"
    for page in ("manual-do-operador.md", "servico-winsw.md"):
        text = (docs / page).read_text(encoding="utf-8")
        assert as_typed(rights.icacls(FOLDER, SYSTEM)[2]).removesuffix(" /Q") in text, page
