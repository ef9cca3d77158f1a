"""`check`: what a DBA added to the robot's tables, which jobs the database lets run, and what its
certificate is worth.
"""

from __future__ import annotations

import socket

from robot import jobs
from robot.database import open_repository
from robot.settings import Settings
from robot.sync.kinds import ListedJob, StartedJob

_HERE = {"", ".", "localhost", "(local)", "(localdb)", "127.0.0.1", "::1"}


def tables(settings: Settings) -> tuple[str, bool]:
    """One line, and whether every row can be stored that the robot may come to."""
    repository = open_repository(settings)
    try:
        found = repository.hindrances()
        survey = repository.survey()
        obstacles = {job: survey.obstacle(job.name) for job in jobs.JOBS}
    finally:
        repository.close()
    bad = [each.text for each in found if each.hard]
    refusing = [each.text for each in found if each.soft]
    notes = [each.text for each in found if not each.hard and not each.soft]
    parts = []
    if bad:
        parts.append(f"nothing can be stored: {_list(bad)}")
    if refusing:
        parts.append(f"rows may be refused, and are rejected then: {_list(refusing)}")
    for why, kept_out in _by_reason(obstacles).items():
        nouns = " and ".join(job.noun for job in kept_out)
        parts.append(f"{nouns} cannot run here: {why}")
    wanted = jobs.scheduled(settings, StartedJob)
    unable = any(obstacles[job] for job in wanted) or (
        settings.clients_query_file is not None and any(obstacles.values())
    )
    fails = bool(bad or refusing or unable)
    if notes:
        parts.append(f"beside the robot's own rules stand {_list(notes)}")
    if bad or refusing:
        parts.append(
            "Let the DBA take that off the robot's tables, or give the robot a schema of its own"
            " (DB_SCHEMA)"
        )
    line = ". ".join(parts) if parts else "nothing of anybody else's keeps a row out"
    return line, not fails


def _by_reason(obstacles: dict[ListedJob, str]) -> dict[str, list[ListedJob]]:
    """The jobs that cannot run, by what keeps them."""
    found: dict[str, list[ListedJob]] = {}
    for job, why in obstacles.items():
        if why:
            found.setdefault(why, []).append(job)
    return found


def certificate(settings: Settings) -> str:
    """What DB_TRUST_SERVER_CERTIFICATE and DB_ENCRYPT allow where the server is on another machine;
    else nothing.
    """
    if not settings.db_server or _is_here(settings.db_server):
        return ""
    if settings.db_encrypt == "no":
        return (
            "; DB_ENCRYPT=no: whoever can listen on the way to this server reads the customers'"
            " data. Write DB_ENCRYPT=yes"
        )
    if settings.db_encrypt == "strict" or not settings.db_trust_server_certificate:
        return ""
    return (
        "; DB_TRUST_SERVER_CERTIFICATE=yes: the server's certificate is not checked, so whoever"
        " stands on the way to it can"
        " pass for it, and read the password and the customers' data. With a certificate that this"
        " machine trusts, write no"
    )


def _is_here(server: str) -> bool:
    """Whether DB_SERVER names this machine: `host`, `host,port`, `host:port`, `host\\instance`,
    with a protocol or not.
    """
    text = server.strip().lower()
    for protocol in ("tcp:", "lpc:", "np:", "admin:"):
        text = text.removeprefix(protocol)
    text = text.removeprefix("\\\\")  # of a named pipe
    host = text.split("\\")[0].split(",")[0].strip()
    if host.count(":") == 1:
        host = host.split(":")[0]
    host = host.strip("[]")
    names = {socket.gethostname().lower(), socket.gethostname().lower().split(".")[0]}
    return host in _HERE | names or host.startswith("127.")


def _list(texts: list[str]) -> str:
    return "; ".join(texts)
