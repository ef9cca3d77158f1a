"""Ours and the published package (1.2.0, from PyPI) make the same calls to a server that records
them: what goes out is equal, and so is what comes of the answers, but for what ON_PURPOSE names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from published.calls import METHODS, Call, every_call

VERSION = "1.2.0"
ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).resolve().parent / "published" / "drive.py"
CACHE = Path.home() / ".cache" / "api-3c-robot"
CALLS = every_call()
pytestmark = pytest.mark.timeout(900)  # a busy machine takes minutes to make the environment

# Where ours differs, and why. Every name stands at least at one call of `published/calls.py`.
ON_PURPOSE = {
    "ids are percent-encoded": "theirs go into the path as they are, and lead elsewhere",
    "an empty id is refused": "theirs asks for another path: the list, or the path above",
    "a text without a zone is refused": "the API would read it in its own zone",
    "null is the default": "theirs puts None into a text, or crashes",
    "a field has its type": "theirs keeps whatever came, or crashes",
    "a time stays its text": "theirs makes it None, or crashes",
    "a 2xx that is no answer is an error": "theirs takes a proxy's page for an empty list",
    "rules in a page are a list, too": "theirs gives the envelope in the place of the list",
    "a web page is not the message": "theirs gives all of the page as the message",
    "an error without words": "theirs has an empty message, or the body",
    "an error of any form": "theirs crashes",
    "phones are masked in messages": "a message may end in a log; the response has all of it",
    "redirections are not followed": "a token must not travel to another host",
    "a broken connection is an error of the tree": "theirs raises what `requests` raises",
    "what is no JSON is a ValueError": "theirs raises what `requests` or `json` raises",
    "a token that no header can carry is refused": "theirs says so at the first call",
}
# Of every request, beside the table: the sender's name (`User-Agent`), and how often a call is
# sent: ours tries again what is safe (test_repeating_calls.py).
HEADERS = ("Authorization", "X-Onboarding-Key", "Content-Type", "Accept")


@dataclass
class Recorder:
    """Requests by package and call."""

    url: str = ""
    heard: dict[tuple[str, int], list[tuple[Any, ...]]] = field(default_factory=dict)


@contextmanager
def recorder() -> Iterator[Recorder]:
    recorded = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            _, package, call, path = self.path.split("/", 3)
            number = int(call.removeprefix("call-"))
            carried = tuple(self.headers.get(name) for name in HEADERS)
            heard = recorded.heard.setdefault((package, number), [])
            heard.append((self.command, path, raw, carried))
            wanted = CALLS[number]
            if not wanted.status:
                self.close_connection = True
                return
            raw_answer = isinstance(wanted.answer, bytes)
            body = wanted.answer if raw_answer else json.dumps(wanted.answer).encode()
            body = b"" if wanted.status == 204 else body
            self.send_response(wanted.status)
            self.send_header("Content-Type", "text/html" if raw_answer else "application/json")
            self.send_header("Content-Length", str(len(body)))
            if wanted.status == 302:
                self.send_header("Location", f"/{package}/{call}/elsewhere/")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the names of http.server

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    recorded.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield recorded
    finally:
        http.shutdown()
        http.server_close()


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.fixture(scope="session")
def published_python() -> Path:
    """Python with the published package; skips where it cannot be installed."""
    folder = CACHE / f"atendeaqui-{VERSION}-py{sys.version_info[0]}.{sys.version_info[1]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    done = folder / "installed"
    with FileLock(f"{folder}.lock"):
        if not (done.is_file() and python_of(folder).exists()):
            venv.create(folder, with_pip=True, clear=True)
            pip = [python_of(folder), "-m", "pip", "install", "--disable-pip-version-check"]
            asked = subprocess.run(
                [*pip, "--retries", "1", "--timeout", "15", f"atendeaqui=={VERSION}"],
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
            if asked.returncode:
                reason = (asked.stderr.strip().splitlines() or ["pip failed"])[-1]
                pytest.skip(f"atendeaqui {VERSION} cannot be installed from PyPI: {reason}")
            done.touch()
    return python_of(folder)


@dataclass(frozen=True)
class Driven:
    """What one package did: its shape, and the outcome of every call."""

    shape: dict[str, Any]
    outcomes: list[dict[str, Any]]


def drive(python: Path | str, package: str, address: str, *more: str) -> Driven:
    known = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    ended = subprocess.run(
        [python, "-W", "ignore", DRIVER, package, address, *more],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**known, "PYTHONPATH": str(ROOT) if more else "", "PYTHONUTF8": "1"},
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    shape, *outcomes = map(json.loads, ended.stdout.splitlines())
    return Driven(shape, outcomes)


@dataclass(frozen=True)
class Both:
    theirs: Driven
    ours: Driven
    recorded: Recorder

    def requests(self, number: int) -> tuple[list[Any], list[Any]]:
        heard = self.recorded.heard
        return heard.get(("theirs", number), []), heard.get(("ours", number), [])


@pytest.fixture(scope="module")
def both(published_python: Path) -> Iterator[Both]:
    with recorder() as recorded:
        with ThreadPoolExecutor(1) as pool:
            theirs = pool.submit(drive, published_python, "atendeaqui", f"{recorded.url}/theirs")
            ours = drive(sys.executable, "robot.atendeaqui", f"{recorded.url}/ours", "0.001")
        yield Both(theirs.result(), ours, recorded)


EQUAL = [number for number, call in enumerate(CALLS) if not call.named]
NAMED = [number for number, call in enumerate(CALLS) if call.named]


def told(numbers: list[int]) -> str:
    return "\n".join(f"{number}: {CALLS[number]}" for number in numbers[:20])


def test_both_made_every_call(both):
    assert len(CALLS) > 600
    assert len(both.theirs.outcomes) == len(both.ours.outcomes) == len(CALLS)


def test_the_same_goes_out(both):
    """Method, path, query in its order, body and headers; and the same again at each repetition."""
    different = []
    for number in EQUAL:
        theirs, ours = both.requests(number)
        if theirs != ours[:1] or len(theirs) > 1 or any(each != ours[0] for each in ours):
            different.append(number)
    assert different == [], told(different)
    sent = sum(len(both.requests(number)[0]) for number in EQUAL)
    assert sent > 500


def test_the_same_comes_of_every_answer(both):
    different = [
        number for number in EQUAL if both.theirs.outcomes[number] != both.ours.outcomes[number]
    ]
    shown = [(both.theirs.outcomes[n], both.ours.outcomes[n]) for n in different[:3]]
    assert different == [], f"{told(different)}\n{shown}"


def test_ours_never_raises_anything_but_its_tree_and_value_error(both):
    wrong = [
        number
        for number, outcome in enumerate(both.ours.outcomes)
        if "error" in outcome and not outcome["in_tree"] and outcome["error"] != "ValueError"
    ]
    assert wrong == [], told(wrong)


def test_the_table_names_every_difference_and_no_other(both):
    assert {CALLS[number].named for number in NAMED} == set(ON_PURPOSE)
    same = []
    for number in NAMED:
        theirs, ours = both.requests(number)
        if theirs == ours and both.theirs.outcomes[number] == both.ours.outcomes[number]:
            same.append(number)
    assert same == [], told(same)


def test_every_method_and_every_argument_is_asked_for(both):
    signatures = both.theirs.shape["signatures"]
    assert set(METHODS) == set(signatures) - {"AtendeAquiClient"}
    for method, (needed, optional, _, _) in METHODS.items():
        given = {*needed, *optional}
        known = [name for name, kind, _ in signatures[method] if "VAR" not in kind]
        assert set(known) <= given, method


def test_every_method_takes_the_same_arguments_in_the_same_order(both):
    theirs, ours = both.theirs.shape["signatures"], both.ours.shape["signatures"]
    made, known = ours.pop("AtendeAquiClient"), theirs.pop("AtendeAquiClient")
    assert [each for each in made if each in known] == known
    assert all(
        "KEYWORD_ONLY" in kind for name, kind, _ in made if [name] not in [k[:1] for k in known]
    )
    assert {name: ours.get(name) for name in theirs} == theirs
    assert set(ours) - set(theirs) == {"clients.iter_clients", "onboarding.iter_progress"}


def test_every_public_name_model_error_and_code_is_there(both):
    theirs, ours = both.theirs.shape, both.ours.shape
    assert set(theirs["names"]) <= set(ours["names"])
    assert ours["models"] == theirs["models"]
    assert ours["errors"]["codes"] == theirs["errors"]["codes"]
    kinds = ours["errors"]["kinds"]
    assert {name: kinds.get(name) for name in theirs["errors"]["kinds"]} == theirs["errors"][
        "kinds"
    ]


def test_a_difference_would_be_seen(both):
    """The comparison itself: two calls that differ in one argument are told apart."""
    first, second = (
        next(n for n, call in enumerate(CALLS) if call.arguments == arguments)
        for arguments in ({"page": 2}, {"page_size": 10})
    )
    assert both.requests(first)[0] != both.requests(second)[1]
    first, second = (
        CALLS.index(Call("clients.get", {"client_id": "abc-123"}, 200, METHODS["clients.get"][3])),
        CALLS.index(Call("clients.get", {"client_id": "abc-123"}, 200, {})),
    )
    assert both.theirs.outcomes[first] != both.ours.outcomes[second]
