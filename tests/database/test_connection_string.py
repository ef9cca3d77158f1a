"""Which ODBC driver, and a connection string whose every value means itself."""

import logging
import subprocess
import sys

import pytest
from pydantic import SecretStr
from servers import keywords

from robot.database.connection_string import (
    Driver,
    choose_driver,
    connection_string,
    escaped,
    server_address,
)
from robot.errors import ConfigurationError
from robot.settings import IsolatedSettings

D18, D17, D13 = (f"ODBC Driver {n} for SQL Server" for n in (18, 17, 13))
NASTY = "p;w}d{='x é}}"


def settings(**values):
    given = {
        "db_server": "host",
        "db_database": "calls",
        "db_username": "robot",
        "db_password": SecretStr("secret"),
    }
    return IsolatedSettings(**{**given, **values})


@pytest.mark.parametrize(
    ("installed", "best"),
    [
        (["SQL Server", D17, D18, "SQLite3"], D18),
        (["SQL Server", D13, D17], D17),
        (["SQL Server", D13, "ODBC Driver 11 for SQL Server"], D13),
        (["SQL Server", "SQL Server Native Client 11.0"], "SQL Server Native Client 11.0"),
        (["SQL Server"], "SQL Server"),
    ],
)
def test_without_a_name_the_best_installed_driver_is_taken(installed, best):
    assert choose_driver("", installed).name == best


def test_the_legacy_driver_is_taken_with_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        assert choose_driver("", ["SQL Server"]).legacy
    assert "legacy" in caplog.text


@pytest.mark.parametrize("name", [D17, D17.lower(), "{" + D17 + "}"])
def test_a_named_driver_is_found_however_it_is_written(name):
    assert choose_driver(name, [D18, D17]).name == D17


def test_a_named_driver_that_is_not_installed_is_told_with_those_that_are():
    with pytest.raises(
        ConfigurationError, match=f"{D18}.*not installed.*Installed: {D17}, SQL Server"
    ):
        choose_driver(D18, [D17, "SQL Server"])


@pytest.mark.parametrize("installed", [[], ["SQLite3", "PostgreSQL"]])
def test_no_driver_at_all_is_told_with_the_place_to_get_one(installed):
    with pytest.raises(
        ConfigurationError, match=r"No ODBC driver for SQL Server.*https://learn\.microsoft\.com"
    ):
        choose_driver("", installed)


def test_a_library_by_its_path_is_taken_as_it_is():
    driver = choose_driver("/opt/x/libmsodbcsql-18.6.so.2.1", [])
    assert (driver.name, driver.version, driver.legacy) == (
        "/opt/x/libmsodbcsql-18.6.so.2.1",
        18,
        False,
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("host", "host"),
        ("host,1433", "host,1433"),
        ("host:1433", "host,1433"),
        ("tcp:host:1433", "host,1433"),
        ("host\\SQLEXPRESS", "host\\SQLEXPRESS"),
        ("10.0.0.5:14330", "10.0.0.5,14330"),
        ("fe80::1", "fe80::1"),
    ],
)
def test_the_address_is_written_as_odbc_wants_it(written, meant):
    assert server_address(written) == meant


def test_braces_semicolons_and_signs_of_a_password_mean_themselves():
    assert escaped("a}b;c") == "{a}}b;c}"
    text = connection_string(
        settings(db_password=SecretStr(NASTY), db_username="ro;bot"), Driver(D18)
    )
    found = keywords(text)
    assert (found["pwd"], found["uid"]) == (NASTY, "ro;bot")
    assert found["app"] == "API 3C Robot"
    assert (found["encrypt"], found["trustservercertificate"]) == ("yes", "yes")


def test_a_windows_login_sends_neither_user_nor_password():
    found = keywords(connection_string(settings(db_trusted_connection=True), Driver(D18)))
    assert found["trusted_connection"] == "yes"
    assert not {"uid", "pwd"} & set(found)


def test_the_operators_own_keywords_stand_before_ours_and_so_win():
    text = connection_string(
        settings(db_connection_extra=SecretStr("MultiSubnetFailover=yes;APP=mine;")), Driver(D18)
    )
    assert text.index("MultiSubnetFailover=yes;APP=mine;") < text.index("APP={API 3C Robot}")
    assert ";;" not in text


@pytest.mark.parametrize(
    ("driver", "works"), [(D18, True), (D17, False), (D13, False), ("/x/libtdsodbc.so", True)]
)
def test_strict_encryption_needs_driver_18(driver, works):
    strict = settings(db_encrypt="strict")
    if works:
        assert keywords(connection_string(strict, Driver(driver)))["encrypt"] == "strict"
    else:
        with pytest.raises(ConfigurationError, match="DB_ENCRYPT"):
            connection_string(strict, Driver(driver))


def test_sqlite_alone_never_loads_pyodbc():
    program = (
        "import sys; from robot.settings import IsolatedSettings; from robot.database import"
        " open_engine;"
        "import robot.cli; open_engine(IsolatedSettings()); sys.exit('pyodbc' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
