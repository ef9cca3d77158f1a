"""The service's configuration holds only what the recommended WinSW documents.

https://github.com/winsw/winsw/blob/v2.12.0/doc/xmlConfigFile.md and loggingAndErrorReporting.md
beside it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "winsw" / "api-3c-robot.xml"
PAGE = ROOT / "docs" / "servico-winsw.md"

VERSION = "2.12.0"
DURATION = r"\d+ ?(sec|secs|min|mins|hour|hours|day|days)"
# element: the text it may hold
DOCUMENTED = {
    "id": r"[A-Za-z0-9]+",
    "name": r".+",
    "description": r".+",
    "executable": r".+",
    "arguments": r".*",
    "workingdirectory": r".+",
    "startmode": "Boot|System|Automatic|Manual",
    "delayedAutoStart": "",  # 2.12 looks for the element alone: "false" in it would be yes, too
    "stoptimeout": DURATION,
    "resetfailure": DURATION,
    "logpath": r".+",
    "onfailure": "",
    "log": "",
}
SERVICE = ET.parse(FILE).getroot()


def test_the_root_is_a_service_with_what_it_needs():
    assert SERVICE.tag == "service"
    assert {"id", "name", "description", "executable"} <= {element.tag for element in SERVICE}


@pytest.mark.parametrize("element", list(SERVICE), ids=lambda element: element.tag)
def test_every_element_is_documented(element):
    assert element.tag in DOCUMENTED
    assert re.fullmatch(DOCUMENTED[element.tag], (element.text or "").strip())


def test_failures_are_answered_later_and_later():
    failures = SERVICE.findall("onfailure")
    assert all(failure.get("action") in {"restart", "reboot", "none"} for failure in failures)
    assert all(re.fullmatch(DURATION, failure.get("delay", "")) for failure in failures)
    assert [failure.get("delay") for failure in failures] == ["1 min", "10 min", "1 hour"]


def test_the_log_rolls_by_size():
    log = SERVICE.find("log")
    assert log is not None
    assert log.get("mode") == "roll-by-size"
    assert {child.tag: (child.text or "").isdigit() for child in log} == {
        "sizeThreshold": True,
        "keepFiles": True,
    }


def test_the_robot_is_started_as_a_schedule_from_its_own_folder():
    assert (SERVICE.findtext("executable"), SERVICE.findtext("arguments")) == (
        r"%BASE%\app.exe",
        "schedule",
    )


def test_the_page_recommends_the_version_whose_names_are_checked_here():
    assert f"**{VERSION}**" in PAGE.read_text(encoding="utf-8")
    assert f"/v{VERSION}/" in (__doc__ or "")


def test_the_page_shows_the_file_as_it_is():
    assert f"```xml\n{FILE.read_text(encoding='utf-8').strip()}\n```" in PAGE.read_text(
        encoding="utf-8"
    )
