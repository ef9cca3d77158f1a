"""What the robot does of each event that Windows sends to a console's processes."""

from __future__ import annotations

import pytest

from robot.windows import closing

CTRL_C, CTRL_BREAK, CLOSE, LOG_OFF, SHUTDOWN = 0, 1, 2, 5, 6  # consoleapi.h


@pytest.fixture
def done(monkeypatch):
    """What was done, in its order; nothing of it here."""
    done = []
    for name in ("_prepare", "_hold", "_suspend_parent"):
        monkeypatch.setattr(closing, name, lambda name=name: done.append(name))
    return done


@pytest.mark.parametrize(
    ("event", "reason"), [(CLOSE, "The window was closed"), (SHUTDOWN, "Shutdown")]
)
def test_the_end_is_asked_for_and_windows_held_back_until_the_history_stands(event, reason, done):
    assert closing.console_event(event, done.append) is True
    assert done == ["_prepare", reason, "_hold"]


def test_a_log_off_which_only_services_hear_of_stops_nothing_and_reaches_no_other_handler(done):
    assert closing.console_event(LOG_OFF, done.append) is True
    assert done == ["_suspend_parent"]


@pytest.mark.parametrize("event", [CTRL_C, CTRL_BREAK])
def test_ctrl_c_and_ctrl_break_are_pythons(event, done):
    assert closing.console_event(event, done.append) is False
    assert done == []
