"""The question at a terminal: a real one."""

import os
import subprocess
import sys

import pytest
from end_to_end.support_app import ROOT

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals", exc_type=ImportError)


@pytest.mark.parametrize(
    ("typed", "sent"), [("y", ["0", "1"]), ("sim", ["0", "1"]), ("n", []), ("", []), ("\x04", [])]
)
def test_the_operator_is_asked_and_only_a_yes_sends(desk, tmp_path, typed, sent):
    desk.add_clients(2)
    app = desk.app(tmp_path)
    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        str(ROOT / "app.py"),
        "--env-file",
        str(app.env_file),
        "export",
        "--campaign",
        "5",
    ]
    environment = {**os.environ, "PYTHONUTF8": "1", "TERM": "dumb"}
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    ) as process:
        os.write(ours, f"{typed}\n".encode())
        told = process.communicate(timeout=60)[0].decode("utf-8", "replace")
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0, told
    assert "Send 2 contact(s)? [y/N]" in told
    assert desk.received() == sent
    assert ("Nothing was sent." in told) is (not sent)
