"""What the errors of drivers and servers mean. The texts are those of Microsoft's drivers, also in Portuguese."""

import pytest

from robot.database import odbc_errors
from robot.database.engine import OnceMore, RowRefused
from robot.errors import FatalError, RetriableError

NAME = "SQL Server host, database calls"
MS = "[Microsoft][ODBC Driver 18 for SQL Server]"


def meaning(state, text, *, connecting=False, worked=False):
    return odbc_errors.meaning(
        odbc_errors.read((state, f"[{state}] {text}")), NAME, connecting=connecting, worked=worked
    )


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (
            "40001",
            f"{MS}[SQL Server]Transaction (Process ID 52) was deadlocked on lock resources. (1205) (SQLExecDirectW)",
        ),
        (
            "40001",
            f"{MS}[SQL Server]A transação (ID de processo 52) entrou em deadlock. (1205) (SQLExecDirectW)",
        ),
        ("42000", f"{MS}[SQL Server]Lock request time out period exceeded. (1222) (SQLExecute)"),
        ("08S01", f"{MS}TCP Provider: Error code 0x68 (104) (SQLExecDirectW)"),
        ("08S01", f"{MS}Communication link failure (0) (SQLEndTran)"),
        (
            "08S01",
            f"{MS}Provedor TCP: Foi forçado o cancelamento de uma conexão existente. (10054) (SQLExecute)",
        ),
        ("08003", f"{MS}Connection not open (0) (SQLEndTran)"),
        ("08007", f"{MS}Connection failure during transaction (0) (SQLEndTran)"),
        ("HY000", f"{MS}[SQL Server]The session is in the kill state. (596) (SQLExecDirectW)"),
        ("HYT00", f"{MS}Query timeout expired (0) (SQLExecDirectW)"),
        (
            "42000",
            f"{MS}[SQL Server]The transaction log for database 'calls' is full. (9002) (SQLExecute)",
        ),
        (
            "28000",
            f"{MS}[SQL Server]Login failed for user 'robot'. Reason: Server is in script upgrade mode. (18401) (SQLDriverConnect)",
        ),
        (
            "42000",
            f"{MS}[SQL Server]Database 'calls' cannot be opened. It is in the middle of a restore. (927) (SQLDriverConnect)",
        ),
        (
            "23000",
            f"{MS}[SQL Server]Violation of PRIMARY KEY constraint 'pk_calls'. (2627) (SQLExecDirectW)",
        ),
        (
            "42S01",
            f"{MS}[SQL Server]There is already an object named 'calls' in the database. (2714) (SQLExecDirectW)",
        ),
        (
            "HY000",
            f"{MS}[SQL Server]terminating connection due to administrator command (33557097) (SQLExecDirectW)",
        ),
    ],
)
def test_what_may_pass_is_tried_again(state, text):
    assert isinstance(meaning(state, text), RetriableError)


@pytest.mark.parametrize(
    ("state", "text", "said", "fix"),
    [
        ("28000", f"{MS}[SQL Server]Login failed for user 'robot'. (18456) (SQLDriverConnect)", "refused the login", "DB_PASSWORD"),
        ("28000", f"{MS}[SQL Server]Falha de logon do usuário 'robot'. (18456) (SQLDriverConnect)", "refused the login", "DB_USERNAME"),
        (
            "42000",
            f'{MS}[SQL Server]Cannot open database "calls" requested by the login. The login failed. (4060) (SQLDriverConnect);'
            f" [28000] {MS}[SQL Server]Login failed for user 'robot'. (18456)",
            "no such database",
            "DB_DATABASE",
        ),
        ("42000", f"{MS}[SQL Server]The INSERT permission was denied on the object 'calls'. (229) (SQLExecDirectW)", "denied", "db_datawriter"),
        ("42000", f"{MS}[SQL Server]CREATE TABLE permission denied in database 'calls'. (262) (SQLExecDirectW)", "create", "ddl"),
        ("42S02", f"{MS}[SQL Server]Invalid object name 'calls'. (208) (SQLExecDirectW)", "lacks a table", "ddl"),
        ("42000", f"{MS}[SQL Server]Could not allocate space for object 'dbo.calls'. (1105) (SQLExecDirectW)", "no space", "free"),
        ("08001", f"{MS}SSL Provider: [error:0A000086:SSL routines::certificate verify failed:self-signed certificate] (-1) (SQLDriverConnect)",
         "certificate", "DB_TRUST_SERVER_CERTIFICATE=yes"),
        ("08001", f"{MS}Provedor SSL: A cadeia de certificação foi emitida por uma autoridade que não é de confiança. (-2146893019) (SQLDriverConnect)",
         "certificate", "DB_TRUST_SERVER_CERTIFICATE=yes"),
        ("08001", f"{MS}Encryption not supported on SQL Server. (20) (SQLDriverConnect)", "encryption", "DB_ENCRYPT=no"),
        ("08001", f"{MS}SSL Provider: [error:0A000102:SSL routines::unsupported protocol] (-1) (SQLDriverConnect)", "encryption", "TLS 1.2"),
        ("01000", "[unixODBC][Driver Manager]Can't open lib '/no/such.so' : file not found (0) (SQLDriverConnect)", "cannot be loaded", "DB_DRIVER"),
        ("IM002", "[Microsoft][ODBC Driver Manager] Data source name not found and no default driver specified (0) (SQLDriverConnect)",
         "cannot be loaded", "DB_DRIVER"),
    ],
)  # fmt: skip
def test_what_cannot_pass_has_a_message_and_a_fix_of_its_own(state, text, said, fix):
    found = meaning(state, text, connecting=True)
    assert isinstance(found, FatalError)
    assert said in found.message
    assert fix in found.hint
    assert "[Microsoft]" not in str(found)
    assert "SQLDriverConnect" not in str(found)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ("HYT00", f"{MS}Login timeout expired (0) (SQLDriverConnect)"),
        ("08001", f"{MS}TCP Provider: Error code 0x2749 (10061) (SQLDriverConnect)"),
        ("08001", f"{MS}TCP Provider: Timeout error [258].  (258) (SQLDriverConnect)"),
        ("08001", f"{MS}SSL Provider: The wait operation timed out. (258) (SQLDriverConnect)"),
    ],
)
def test_a_server_that_cannot_be_reached_is_tried_again_and_told_with_the_fix(state, text):
    found = meaning(state, text, connecting=True)
    assert isinstance(found, RetriableError)
    assert "cannot be reached" in found.message
    assert "DB_SERVER" in found.hint


@pytest.mark.parametrize(
    "text",
    [
        f"{MS}[SQL Server]String or binary data would be truncated in table 'calls.dbo.calls', column 'agent'. Truncated value: 'Maria da Silva'. (2628) (SQLExecDirectW)",
        f"{MS}[SQL Server]Violation of UNIQUE KEY constraint 'ux'. Cannot insert duplicate key in object 'dbo.calls'. The duplicate key value is (Maria da Silva). (2627) (SQLExecDirectW)",
        f"{MS}[SQL Server]Conversion failed when converting the nvarchar value 'Maria da Silva' to data type int. (245) (SQLExecDirectW)",
        f"{MS}[SQL Server]Falha ao converter o valor nvarchar 'Maria da Silva' no tipo de dados int. (245) (SQLExecDirectW)",
        f"{MS}[SQL Server]Eindeutiger Index 'ux'. Der doppelte Schlüsselwert lautet (Maria (da) Silva, 3). (2601) (SQLExecDirectW)",
        f"{MS}[SQL Server]Zeichenfolgen würden in der Tabelle 'c.dbo.calls', Spalte 'agent' abgeschnitten. Wert: 'Maria da Silva'. (2628) (SQLExecDirectW)",
        f"{MS}[SQL Server]Fehler beim Konvertieren des nvarchar-Werts 'Maria da Silva' in den int-Datentyp. (245) (SQLExecDirectW)",
    ],
)  # fmt: skip
def test_no_message_tells_a_customers_data(text):
    found = meaning("42000", text)
    assert "Maria" not in str(found)
    assert "Silva" not in str(found)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (
            515,
            "Cannot insert the value NULL into column 'loja', table 'c.dbo.calls'; column does not allow nulls.",
        ),
        (547, 'The INSERT statement conflicted with the CHECK constraint "ck_company".'),
        (
            2628,
            "String or binary data would be truncated in table 'c.dbo.calls', column 'agent'. Truncated value: 'x'.",
        ),
        (8152, "String or binary data would be truncated."),
        (50001, "the audit is closed"),
    ],
)
def test_what_refuses_a_row_is_told_in_the_servers_words_and_never_waited_for(number, text):
    found = meaning("42000", f"{MS}[SQL Server]{text} ({number}) (SQLExecDirectW)")
    assert isinstance(found, RowRefused)
    assert text.partition(". Truncated")[0].rstrip(".") in found.reason


def test_a_unique_index_is_told_by_its_name_and_tried_once_more_only():
    words = "Cannot insert duplicate key row in object 'dbo.calls' with unique index 'ux_company'."
    found = meaning(
        "23000", f"{MS}[SQL Server]{words} The duplicate key value is (7). (2601) (SQLExecDirectW)"
    )
    assert isinstance(found, OnceMore)
    assert words in found.message
    assert "(7)" not in found.message


def test_a_width_in_parentheses_is_no_error_number():
    assert odbc_errors.read(
        ("HY000", "[HY000] cannot use nvarchar(1205) here (0) (SQLExecute)")
    ).numbers == (0,)


def test_a_value_in_parentheses_is_no_error_number():
    found = odbc_errors.read(
        (
            "23000",
            f"[23000] {MS}[SQL Server]The duplicate key value is (229). (2601) (SQLExecDirectW)",
        )
    )
    assert found.numbers == (2601,)
    assert isinstance(odbc_errors.meaning(found, NAME, connecting=False), RetriableError)


def test_a_database_that_was_open_before_is_waited_for():
    text = (
        f'{MS}[SQL Server]Cannot open database "calls" requested by the login. The login failed. (4060) (SQLDriverConnect);'
        f" [28000] {MS}[SQL Server]Login failed for user 'robot'. (18456)"
    )
    assert isinstance(meaning("42000", text, connecting=True), FatalError)
    assert isinstance(meaning("42000", text, connecting=True, worked=True), RetriableError)


def test_an_error_without_a_state_is_told_as_it_is():
    found = odbc_errors.meaning(odbc_errors.read(("something odd",)), NAME, connecting=False)
    assert isinstance(found, FatalError)
    assert "something odd" in str(found)


@pytest.mark.parametrize("connecting", [True, False])
@pytest.mark.parametrize("worked", [True, False])
@pytest.mark.parametrize(
    "state", ["08001", "08S01", "22001", "28000", "42000", "HY000", "HYT00", "IM002"]
)
@pytest.mark.parametrize(
    "text",
    [
        "Login timeout expired (0)",
        "TCP Provider: Error code 0x2749 (10061)",
        "SSL Provider: [certificate verify failed:self-signed certificate] (-1)",
        "Encryption not supported on SQL Server. (20)",
        "String data, right truncation (0)",
        "Invalid object name 'calls'. (208)",
        "There is already an object named 'calls'. (2714)",
        "Cannot insert duplicate key row with unique index 'ux'. (2601)",
        "deadlock detected (0)",
        "no number at all",
    ],
)
def test_the_drivers_words_end_before_ours_begin(state, text, connecting, worked):
    """What follows a message is a sentence of its own: the hint, or when it is tried again."""
    found = meaning(state, f"{MS}{text} (SQLDriverConnect)", connecting=connecting, worked=worked)
    assert found.message.endswith(".")
    assert not found.message.endswith("..")
