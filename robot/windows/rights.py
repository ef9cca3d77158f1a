r"""Who may read and change the robot's folder: it holds the secrets, and a program that runs as the
system's account.

A new folder of `C:\` may be changed by every user of the computer, who could so put another program
in the place of `app.exe`. Accounts are named by their SIDs, which are the same in every language:
https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path, PureWindowsPath

ADMINISTRATORS, SYSTEM, LOCAL_SERVICE = "*S-1-5-32-544", "*S-1-5-18", "*S-1-5-19"

# What the manual puts into the robot's folder, and the robot itself; a folder with anything else is
# not ours alone
_OURS = (
    "app*.exe",
    "_internal",
    ".env*",
    "data",
    "logs",
    "api-3c-robot.*",
    "*.xml",
    "*.sql",
    "*.csv",
    "*.xlsx",
    "*.jsonl",
)
_SHARED_TREES = ("SYSTEMROOT", "PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432", "PUBLIC")
_SHARED_NAMES = {"desktop", "documents", "downloads", "temp", "tmp", "programdata", "users"}
_REPARSE_POINT = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT: a link or a junction


def icacls(folder: PureWindowsPath, account: str) -> list[list[str]]:
    """The arguments of each call of icacls: the folder for the administrators, the system and
    `account` alone.

    The folder comes first, so that nobody else can change what is in it when its content follows:
    owners may always give rights away, and files may have rights of their own.
    """
    grants = [f"{ADMINISTRATORS}:(OI)(CI)F", f"{SYSTEM}:(OI)(CI)F"]
    if account != SYSTEM:
        grants.append(f"{account}:(OI)(CI)M")
    here, inside = str(folder), str(folder / "*")
    return [
        [here, "/setowner", ADMINISTRATORS, "/Q"],
        [here, "/reset", "/Q"],
        [here, "/inheritance:r", "/grant:r", *grants, "/Q"],
        [inside, "/setowner", ADMINISTRATORS, "/T", "/L", "/Q"],
        [inside, "/reset", "/T", "/L", "/Q"],
    ]


def as_typed(arguments: Sequence[str]) -> str:
    """One of these calls as an operator types it."""
    return " ".join(
        ["icacls", *(part if part.startswith("/") else f'"{part}"' for part in arguments)]
    )


def why_not_ours(
    folder: PureWindowsPath, names: Iterable[str], environment: Mapping[str, str]
) -> str | None:
    """Why the rights of this folder, which holds these `names`, are not ours to change; None if
    they are.
    """
    if folder.drive.startswith("\\\\"):
        return "it lies on another computer"
    if folder.parent == folder:
        return "it is the root of a drive"
    for name in _SHARED_TREES:
        tree = environment.get(name)
        if tree and PureWindowsPath(tree) in (folder, *folder.parents):
            return f"{tree} belongs to other programs too"
    public = environment.get("PUBLIC")
    if public:
        users = PureWindowsPath(public).parent
        if users in (folder, folder.parent, folder.parent.parent):
            return "it is a user's own folder"
    if folder.name.lower() in _SHARED_NAMES:
        return f"a folder {folder.name} is used by others"
    for name in sorted(names):
        if not any(fnmatch(name.lower(), pattern) for pattern in _OURS):
            return f"it also holds {name}"
    return None


def close(
    folder: Path,
    account: str,
    environment: Mapping[str, str],
    run: Callable[[Sequence[str]], object],
) -> str | None:
    """Let `run` call icacls for a folder that is ours alone; return why it was left as it is, or
    None.

    Raises OSError for a folder that cannot be read, and what `run` raises.
    """
    shown = PureWindowsPath(str(folder))
    if why := why_not_ours(shown, (path.name for path in folder.iterdir()), environment):
        return why
    if link := next(_links(folder), None):
        return f"{link.name} in it leads elsewhere"
    for arguments in icacls(shown, account):
        run(arguments)
    return None


def _links(folder: Path) -> Iterator[Path]:
    """Every link or junction in a folder: rights that are set through one reach elsewhere."""
    with os.scandir(folder) as entries:
        for entry in entries:
            about = entry.stat(follow_symlinks=False)
            if entry.is_symlink() or getattr(about, "st_file_attributes", 0) & _REPARSE_POINT:
                yield Path(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                yield from _links(Path(entry.path))
