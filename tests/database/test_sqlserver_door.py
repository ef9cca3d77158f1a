"""At the door of a SQL Server: Microsoft's own driver, over real TDS and TLS, and what the robot
says of its errors.

The driver is the one of the package mssql-python-odbc, so no server and no installed driver is
needed. It wants libltdl, libkrb5 and libgssapi_krb5 of the system: a bare Debian 12 has none of
them, one with python3 lacks libltdl alone.
"""

import ctypes
import platform
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from door import NO_DATABASE, WRONG_PASSWORD, Door, Refusal
from pydantic import SecretStr
from without_odbc import odbc

from robot.database import Repository, open_engine
from robot.errors import FatalError
from robot.settings import IsolatedSettings

PASSWORD = "s3cret;at}the=door"


@pytest.fixture(scope="module")
def driver() -> str:
    """The path of Microsoft's driver; skips where its package or a library of the system is
    missing.
    """
    odbc()
    package = pytest.importorskip("mssql_python_odbc", reason="mssql-python-odbc is not installed")
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    found = sorted(
        path
        for path in Path(package.get_libs_dir()).glob(f"linux/*/{machine}/lib/libmsodbcsql-18*.so*")
    )
    why = f"mssql-python-odbc has no driver for {platform.system()} on {machine}"
    for path in found:  # for Debian, Red Hat, SUSE
        try:
            ctypes.CDLL(str(path))
        except OSError as error:
            why = (
                f"the ODBC driver lacks a library ({error}); on Debian: apt-get install libltdl7"
                " libgssapi-krb5-2"
            )
        else:
            return str(path)
    pytest.skip(why)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def shown(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def good(authority: trustme.CA) -> ssl.SSLContext:
    """A certificate for this host, of an authority that nobody here knows."""
    return shown(authority.issue_cert("localhost"))


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the authority."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


@pytest.fixture
def knock(driver: str, tmp_path: Path):
    """Connect as the robot does; gives what it says."""

    def knock(door: Door, **settings: object) -> FatalError:
        values = {
            "db_server": f"localhost,{door.port}",
            "db_database": "calls",
            "db_username": "robot",
            "db_password": SecretStr(PASSWORD),
            "db_driver": driver,
            "db_trust_server_certificate": False,
            "db_file": tmp_path / "robot.db",
            **settings,
        }
        repository = Repository(open_engine(IsolatedSettings(**values)), datetime.now, first_wait=0)
        with pytest.raises(FatalError) as told:
            repository.prepare()
        repository.close()
        assert PASSWORD not in repr(told.value) + repr(told.value.__cause__)
        return told.value

    return knock


@pytest.mark.parametrize("encrypt", ["yes", "strict"])
def test_a_certificate_of_nobody_we_know_is_told_with_the_fix(knock, good, encrypt):
    with Door(good, WRONG_PASSWORD) as door:
        told = knock(door, db_encrypt=encrypt)
        assert door.logins == 0, "the password was sent to a stranger"
    assert (
        f"SQL Server localhost,{door.port}, database calls shows a certificate that is not"
        " trusted: "
    ) in told.message
    assert "certificate verify failed" in told.message
    assert "DB_TRUST_SERVER_CERTIFICATE=yes" in told.hint


def test_a_certificate_for_another_host_is_told_though_its_authority_is_trusted(
    knock, authority, trusted
):
    with Door(shown(authority.issue_cert("other.example")), WRONG_PASSWORD) as door:
        told = knock(door)
        assert door.logins == 0
    assert "shows a certificate that is not trusted: " in told.message
    assert "does not match host name" in told.message
    assert "DB_SERVER" in told.hint


def test_a_certificate_that_has_expired_is_told(knock, authority, trusted):
    expired = authority.issue_cert("localhost", not_after=datetime(2026, 1, 1, tzinfo=UTC))
    with Door(shown(expired), WRONG_PASSWORD) as door:
        told = knock(door)
        assert door.logins == 0
    assert "shows a certificate that is not trusted: " in told.message
    assert "certificate has expired" in told.message


@pytest.mark.parametrize("encrypt", ["yes", "strict"])
def test_a_certificate_that_this_machine_trusts_leads_to_the_login(knock, good, trusted, encrypt):
    with Door(good, WRONG_PASSWORD) as door:
        assert "refused the login (18456)" in knock(door, db_encrypt=encrypt).message
        assert door.logins == 1


def test_with_the_fix_of_the_message_the_login_is_reached(knock, good):
    with Door(good, WRONG_PASSWORD) as door:
        told = knock(door, db_trust_server_certificate=True)
        assert door.logins == 1
    assert "refused the login (18456): Login failed for user 'robot'." in told.message
    assert "DB_PASSWORD" in told.hint


def test_strict_encryption_wants_a_trusted_certificate_whatever_the_setting_and_the_fix_says_so(
    knock, good
):
    with Door(good, WRONG_PASSWORD) as door:
        told = knock(door, db_encrypt="strict", db_trust_server_certificate=True)
        assert door.logins == 0
    assert "DB_ENCRYPT=strict" in told.hint


def test_an_unknown_database_is_told_and_not_taken_for_a_wrong_password(knock, good):
    with Door(good, NO_DATABASE, WRONG_PASSWORD) as door:  # SQL Server says both
        told = knock(door, db_trust_server_certificate=True)
    assert "has no such database, or this login may not open it (4060)" in told.message
    assert "DB_DATABASE" in told.hint


@pytest.mark.parametrize(
    ("refusal", "said", "fix"),
    [
        (Refusal(18470, ("Login failed for user 'robot'. Reason: The account is"
                         " disabled.")), "it is disabled", "DBA"),
        (Refusal(18487, ("Login failed for user 'robot'. Reason: Its password has"
                         " expired.")), "expired", "DB_PASSWORD"),
        (Refusal(18452, ("Login failed. The login is from an untrusted"
                         " domain.")), "no Windows login", "DB_USERNAME"),
        (Refusal(916, ("The server principal is not able to access the"
                       " database.")), "does not let this login", "DB_DATABASE"),
    ],
    ids=lambda value: str(value.number) if isinstance(value, Refusal) else "",
)  # fmt: skip
def test_every_refusal_at_the_door_has_a_message_of_its_own(knock, good, refusal, said, fix):
    with Door(good, refusal) as door:
        told = knock(door, db_trust_server_certificate=True)
    assert f"({refusal.number})" in told.message
    assert said in told.message
    assert fix in told.hint


def test_a_server_that_cannot_encrypt_is_told_and_no_password_is_sent_in_clear(knock):
    with Door(None) as door:
        told = knock(door, db_trust_server_certificate=True)
        assert door.logins == 0
    assert "agree on no encryption" in told.message
    assert "DB_ENCRYPT=no" in told.hint
