"""A scheduled export that fails is told to those who watch, but not to the health check, which watches the calls."""

from __future__ import annotations

import threading

from watching_receivers import HttpReceiver

from robot.commands import schedule
from robot.commands.context import Context, Session
from robot.demo import DEMO_TOKEN
from robot.settings import IsolatedSettings


def test_a_scheduled_export_that_fails_is_told(tmp_path):
    (tmp_path / "robot.db").write_text("no database at all")
    with HttpReceiver() as receiver:
        settings = IsolatedSettings(
            manager_token=DEMO_TOKEN,
            db_file=str(tmp_path / "robot.db"),
            log_dir=str(tmp_path / "logs"),
            export_cron="0 8 * * *",
            export_campaign_id=5,
            healthcheck_url=receiver.url,
            alert_webhook_url=receiver.url + "/chat",
        )
        schedule._export(Session(Context(tmp_path / ".env"), settings, threading.Event()))
        assert [path.rpartition("/")[2] for path in receiver.paths] == ["chat"]
