import logging
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from robot.runtime import logs, masking

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.fixture(autouse=True)
def closed_logs():
    yield
    logs.current_execution(None)
    logs.close()


def configure(folder, level="WARNING", **values):
    console = Console(width=200, file=values.pop("file", None))
    logs.configure(folder, console=console, level=level, zone=ZONE, **values)


def read(folder, name):
    return (folder / name).read_text(encoding="utf-8")


def test_the_main_log_has_everything_and_the_errors_log_only_errors(tmp_path):
    configure(tmp_path)
    logging.getLogger("robot.x").debug("a detail")
    logging.getLogger("robot.x").error("çãé: an error")
    logs.close()
    assert "a detail" in read(tmp_path, logs.MAIN_LOG)
    assert "çãé: an error" in read(tmp_path, logs.MAIN_LOG)
    assert "a detail" not in read(tmp_path, logs.ERRORS_LOG)
    assert "çãé: an error" in read(tmp_path, logs.ERRORS_LOG)


def test_log_level_rules_the_console_alone(tmp_path, capsys):
    configure(tmp_path, level="ERROR")
    logging.getLogger("robot.x").warning("only in the file")
    logging.getLogger("robot.x").error("on the console too")
    shown = capsys.readouterr().out
    assert "on the console too" in shown
    assert "only in the file" not in shown


def test_each_line_carries_the_executions_id(tmp_path):
    configure(tmp_path)
    logs.current_execution(42)
    logging.getLogger("robot.x").info("inside")
    logs.current_execution(None)
    logging.getLogger("robot.x").info("outside")
    logs.close()
    inside, outside = read(tmp_path, logs.MAIN_LOG).splitlines()
    assert "[42]" in inside
    assert "[-]" in outside


def test_a_traceback_goes_to_the_file_masked_and_never_to_the_console(tmp_path, capsys):
    masking.register("topsecret99")
    configure(tmp_path)
    try:
        raise RuntimeError("api_token=abcdefgh topsecret99 5511999998888")  # noqa: TRY301
    except RuntimeError:
        logging.getLogger("robot.x").exception("it broke")
    logs.close()
    text = read(tmp_path, logs.MAIN_LOG)
    shown = capsys.readouterr()
    assert "Traceback" in text
    assert "it broke" in shown.out
    assert "Traceback" not in shown.out + shown.err
    for secret in ("abcdefgh", "topsecret99", "5511999998888"):
        assert secret not in text + shown.out + shown.err


def test_files_rotate_and_old_ones_go(tmp_path):
    configure(tmp_path, max_mb=1, backups=2)
    for _ in range(45):
        logging.getLogger("robot.x").info("x" * 100_000)
    logs.close()
    kept = sorted(path.name for path in tmp_path.glob(f"{logs.MAIN_LOG}*"))
    assert kept == [logs.MAIN_LOG, f"{logs.MAIN_LOG}.1", f"{logs.MAIN_LOG}.2"]


def test_a_folder_that_cannot_be_made_is_told_once_and_stops_nothing(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    configure(tmp_path / "file" / "logs")
    logging.getLogger("robot.x").error("still on the console")
    told = capsys.readouterr()
    assert told.out.count("cannot be written") == 1
    assert "still on the console" in told.out
