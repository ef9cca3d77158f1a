"""Tries an executable as an operator would: from an empty folder, with another current folder,
against a real HTTP server.

    python tests/executable/try_executable.py dist/app
    python tests/executable/try_executable.py --wine dist/app.exe        (.ci/windows)

One line a trial; exit code 1 when one failed. With TEST_SQLSERVER (an ODBC connection string) and
--wine, it runs once into SQL Server through the Windows driver manager.
"""

from __future__ import annotations

import argparse
import functools
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

import contents
import on_windows
import sqlserver
from program import Program, Started

from robot import __version__
from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls

SECRET = "a-secret-that-nobody-may-see-0123456789"
FIRST_LINE_SECONDS = 2.0
MOST_MB = 25
# This machine may be busy, and Wine is slow: only the native executable is held to the aim, with
# this factor
_BUSY = float(os.environ.get("BUSY", "2"))

MakeProgram = Callable[[str], Program]


def yesterday() -> date:
    """The day that a manual execution without a period reads."""
    return datetime.now(ZoneInfo("America/Sao_Paulo")).date() - timedelta(days=1)


def days(count: int) -> list[date]:
    """The last days, yesterday the last of them."""
    return [yesterday() - timedelta(days=back) for back in range(count - 1, -1, -1)]


def start_up(make: MakeProgram) -> str:
    """The first line comes soon."""
    program = make("start up")
    ends = [program.run("--version") for _ in range(3)]
    assert all(end.code == 0 and __version__ in end.text for end in ends), ends
    best = min(end.first_line or 99 for end in ends)
    assert program.wine or best < FIRST_LINE_SECONDS * _BUSY, f"the first line took {best:.2f} s"
    return f"first line after {best:.2f} s"


def first_double_click(make: MakeProgram) -> str:
    """No `.env`: it is written from the example, and the lines to fill are told."""
    program = make("first start")
    end = program.run()
    assert end.code == 2, end
    assert "preencha estas quatro linhas" in end.text, end
    for name in ("MANAGER_TOKEN", "DB_SERVER", "DB_DATABASE", "DB_USERNAME", "DB_PASSWORD"):
        assert name in end.text, end
    written = (program.folder / ".env").read_text(encoding="utf-8-sig")
    assert written == (contents.PROJECT / ".env.example").read_text(encoding="utf-8")
    second = program.run()
    assert second.code == 2, second
    assert "MANAGER_TOKEN: is empty" in second.text, second
    assert (program.folder / ".env").read_text(encoding="utf-8-sig") == written
    program.nothing_elsewhere()
    return "written once, then asked for MANAGER_TOKEN"


def demo(make: MakeProgram) -> str:
    """Two thousand calls, twice: the second time nothing is written."""
    program = make("demo")
    first, second = program.run("demo"), program.run("demo")
    assert (first.code, second.code) == (0, 0), (first, second)
    assert "2,000 unchanged" in second.text, second.text
    assert program.query("SELECT COUNT(*) FROM calls", "demo.db") == [(2000,)]
    program.nothing_elsewhere()
    return f"{first.seconds:.1f} s"


def broken_settings(make: MakeProgram) -> str:
    """Every wrong line is named at once; no secret and no traceback is shown."""
    program = make("broken settings")
    text = (
        f"MANAGER_TOKEN='{SECRET} x'\nPER_PAGE=many\nthis is no setting\nCRON_SCHEDULE='at"
        " two'\nDB_SERVER=here\n"
    )
    (program.folder / ".env").write_bytes(text.encode("cp1252"))
    end = program.run()
    assert end.code == 2, end
    for word in (
        "MANAGER_TOKEN",
        "PER_PAGE: read 'many'",
        "line 3",
        "CRON_SCHEDULE",
        "DB_DATABASE: is empty",
    ):
        assert word in end.text, (word, end.text)
    assert SECRET not in end.text, end.text
    assert "Traceback" not in end.text, end.text
    return "5 problems told, exit code 2"


def check(make: MakeProgram) -> str:
    """`check` finds all in order, in a time zone that only the executable can know."""
    program = make("check")
    with Simulator(make_calls(days(2), 50)) as simulator:
        program.settings(
            MANAGER_TOKEN=DEMO_TOKEN, BASE_URL=simulator.url, TIMEZONE="America/Noronha"
        )
        end = program.run("check")
    assert end.code == 0, end
    assert "Everything holds." in end.text, end.text
    assert "America/Noronha" in end.text, end.text
    assert DEMO_TOKEN not in end.text
    program.nothing_elsewhere()
    return "everything holds"


def manual(make: MakeProgram) -> str:
    """EXECUTION_MODE=manual and no argument: yesterday, all of it, and a second time nothing is
    written.
    """
    program = make("manual with ç and blanks")
    calls = make_calls(days(1), 700)
    with Simulator(calls) as simulator:
        program.settings(
            MANAGER_TOKEN=DEMO_TOKEN, BASE_URL=simulator.url, EXECUTION_MODE="manual", PER_PAGE=50
        )
        first, second = program.run(), program.run()
    assert first.code == 0, first
    assert second.code == 0, second
    assert program.query("SELECT COUNT(*) FROM calls") == [(700,)]
    assert "700 unchanged" in second.text, second.text
    statuses = program.query("SELECT status, exit_code FROM execution_logs")
    assert statuses == [("COMPLETED_SUCCESS", 0)] * 2, statuses
    main_log = (program.folder / "logs" / "api_robot_main.log").read_text(encoding="utf-8")
    assert DEMO_TOKEN not in main_log
    program.nothing_elsewhere()
    return f"700 calls in {first.seconds:.1f} s"


def interrupted(
    make: MakeProgram, *, ask: Callable[[Started], None], name: str, codes: tuple[int, ...] = (130,)
) -> str:
    """Asked to stop in the middle: 130, the history says so, and the next start goes on and
    completes.
    """
    program = make(name)
    calls = make_calls(days(4), 300)
    with Simulator(calls, latency_seconds=2.0) as simulator:
        period = {"MANUAL_START_DATE": days(3)[0], "MANUAL_END_DATE": yesterday()}
        program.settings(
            MANAGER_TOKEN=DEMO_TOKEN,
            BASE_URL=simulator.url,
            EXECUTION_MODE="manual",
            PER_PAGE=20,
            **period,
        )
        started = program.start()
        try:
            started.wait_for("Execution 1 of calls begins", 90)
            second = program.run(seconds=60)
            assert second.code == 4, second
            assert "process" in second.text, second.text
            ask(started)
            end = started.end(60)
        finally:
            started.kill()
        assert end.code in codes, end
        status = program.query("SELECT status, exit_code, error_message FROM execution_logs")
        assert len(status) == 1, status
        assert status[0][:2] == ("FAILED", 130), status
        assert "interrupted" in status[0][2], status
        simulator.latency_seconds = 0
        last = program.run()
    assert last.code == 0, last
    assert program.query("SELECT COUNT(*) FROM calls") == [(900,)]
    return "second instance refused with 4; stopped with 130; the next start completed it"


def _terminate(started: Started) -> None:
    """As a service manager or `kill` does: the first process alone, which has to pass it on."""
    os.kill(started.process.pid, signal.SIGTERM)


def begin_scheduled(make: MakeProgram, simulator: Simulator) -> tuple[Program, Started]:
    """Start the schedule with an execution in every minute."""
    program = make("scheduled")
    program.settings(
        MANAGER_TOKEN=DEMO_TOKEN,
        BASE_URL=simulator.url,
        EXECUTION_MODE="scheduled",
        CRON_SCHEDULE="* * * * *",
        LOOKBACK_DAYS=0,
    )
    return program, program.start()


def scheduled(begun: tuple[Program, Started]) -> str:
    """The schedule told its next run, executed at it by itself, and ends at Ctrl+C."""
    program, started = begun
    try:
        started.wait_for("The next execution begins on", 60)
        started.wait_for("COMPLETED_SUCCESS", 120)
        started.press_ctrl_c()
        end = started.end(30)
    finally:
        started.kill()
    assert end.code == 130, end
    assert program.query("SELECT COUNT(*) FROM calls") == [(120,)]
    program.nothing_elsewhere()
    return "executed at its minute, ended by Ctrl+C"


def inside(executable: Path) -> str:
    """No `.env`, no test, no path of this machine; and not too large."""
    megabytes = executable.stat().st_size / 1e6
    assert megabytes < MOST_MB, f"{megabytes:.1f} MB"
    return f"{contents.check(executable)} entries, {megabytes:.1f} MB"


def folder_form(make: MakeProgram) -> str:
    """The `.env` inside serves where there is none beside the executable, which wins where there is
    one.
    """
    program = make("folder form")
    inner = program.run("status")
    assert inner.code == 2, inner
    assert "SHOUT" in inner.text, inner.text
    assert "a-token-inside" not in inner.text, inner.text
    program.settings(MANAGER_TOKEN=DEMO_TOKEN)
    beside = program.run("status")
    assert beside.code == 0, beside
    return "the .env beside it wins over the one inside"


def main() -> int:
    """Run every trial; one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("executable", type=Path)
    parser.add_argument("--wine", action="store_true", help="it is a Windows executable")
    parser.add_argument(
        "--folder-form", type=Path, help="dist/app/ of APP_ONEDIR=1 APP_BUNDLE_DOTENV=1"
    )
    parser.add_argument("--only", default="", help="only trials whose name holds this")
    options = parser.parse_args()
    failures = 0
    with (
        tempfile.TemporaryDirectory(prefix="try-app-") as folder,
        Simulator(make_calls(days(1), 120)) as simulator,
    ):

        def make(name: str, executable: Path | None = None) -> Program:
            return Program(
                (executable or options.executable).resolve(), Path(folder) / name, wine=options.wine
            )

        trials: dict[str, Callable[[], str]] = {
            "contents": lambda: inside(options.executable),
            "start up": lambda: start_up(make),
            "first double click": lambda: first_double_click(make),
            "demo": lambda: demo(make),
            "broken settings": lambda: broken_settings(make),
            "check": lambda: check(make),
            "manual": lambda: manual(make),
            "Ctrl+C": lambda: interrupted(make, ask=Started.press_ctrl_c, name="ctrl c"),
        }
        if options.wine:
            # 255: PyInstaller's waiting process ends this one at last, when its history is written
            trials["log-off"] = lambda: interrupted(
                make, ask=on_windows.end_session, name="log off", codes=(130, 255)
            )
            trials["double click"] = lambda: on_windows.double_click(make)
            trials["task and Event Log"] = lambda: on_windows.task_and_event_log(make)
        else:
            trials["SIGTERM"] = lambda: interrupted(make, ask=_terminate, name="sigterm")
        if options.folder_form:
            folder_executable = options.folder_form.resolve()
            trials["folder form"] = lambda: folder_form(
                functools.partial(make, executable=folder_executable)
            )
        if options.wine and os.environ.get("TEST_SQLSERVER"):
            trials["SQL Server"] = lambda: sqlserver.into_sql_server(
                make, os.environ["TEST_SQLSERVER"]
            )
        trials = {name: trial for name, trial in trials.items() if options.only in name}
        begun = None
        if options.only in "scheduled":
            begun = begin_scheduled(make, simulator)  # its minute passes while the others run
            trials["scheduled"] = functools.partial(scheduled, begun)
        try:
            for name, trial in trials.items():
                began = time.monotonic()
                try:
                    said, sign = trial(), "ok    "
                except Exception as error:
                    said, sign, failures = (
                        f"{''.join(traceback.format_exception(error))}",
                        "FAILED",
                        failures + 1,
                    )
                print(f"{sign} {name} ({time.monotonic() - began:.1f} s): {said}", flush=True)
        finally:
            if begun:
                begun[1].kill()
    print(
        f"{failures} of {len(trials)} trials failed."
        if failures
        else f"All {len(trials)} trials passed."
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
