"""The export that `EXPORT_CRON` and `EXPORT_…` ask for: without a question, and told to those who
watch.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from robot.cells.words import canonical
from robot.commands.context import Session
from robot.commands.exporting import amount_of, exporter_for, order_of, watched_export
from robot.database import open_repository
from robot.threec.dialer_export.choosing import Wish
from robot.threec.dialer_export.sending import JOB, Result


def scheduled_export(session: Session) -> Result:
    """Export once, as the settings want it.

    Raises what `Exporter.run` does, after telling of it.
    """
    return watched_export(session, lambda begins: _export(session, begins))


def _export(session: Session, begins: Callable[[str], None]) -> Result:
    settings = session.settings
    since = session.now() - timedelta(days=settings.export_not_called_days)
    wish = Wish(
        campaign_id=settings.export_campaign_id,
        creditor=settings.export_creditor,
        uf=settings.export_uf,
        status=settings.export_status,
        min_amount=amount_of(settings.export_min_amount, "EXPORT_MIN_AMOUNT"),
        not_called_since=since if settings.export_not_called_days else None,
        limit=settings.export_limit or None,
    )
    name = canonical(settings.export_list).replace("{date}", f"{session.now():%Y-%m-%d}")
    order = order_of(settings, name, settings.export_weight)
    repository = open_repository(settings, session.stop)
    exporter = exporter_for(session, repository)
    exporter.begins = begins
    try:
        repository.prepare(JOB)
        return exporter.run(wish, order)
    finally:
        exporter.close()
        repository.close()
