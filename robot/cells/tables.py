"""The columns of every table: names, types, widths, order. The one place.

Normalizers fill these columns and the database stores them; neither knows the other. The spec's
columns are a contract: they stand first, in the spec's order. What we add comes after them and may
be NULL: `extra` (JSON: what has no column of its own, and the whole of a value that its column
could not hold), `row_hash` (of the other cells: an upsert writes only where it differs) and, of
calls and their mailing data, `record_hash` (of the record as received: where it is the same, the
record need not be normalized to know that nothing differs).

The SQL scripts in `sql/` say the same for a DBA; `tests/cells/test_tables.py` compares the spec,
this module and the scripts.
"""

from robot.cells.columns import Column as Column
from robot.cells.columns import Kind as Kind
from robot.cells.columns import Table as Table
from robot.cells.columns import boolean as _boolean
from robot.cells.columns import datetime as _datetime
from robot.cells.columns import integer as _integer
from robot.cells.columns import text as _text
from robot.cells.day_tables import DAYS_GIVEN_UP, SCHEDULED_DAYS
from robot.cells.rows import Family as Family
from robot.cells.rows import RowTable as RowTable
from robot.cells.rows import hash_columns

_OURS = (_text("extra"), *hash_columns())
_TRACED = (_text("extra"), *hash_columns(traced=True))

CALLS = RowTable(
    name="calls",
    traced=True,
    columns=(
        _text("id", 50),
        _text("list_name", 255),
        _text("number", 50),
        _datetime("call_date"),
        _text("call_date_rfc3339", 50),
        _integer("campaign_id"),
        _text("campaign", 255),
        _text("queue_id", 50),
        _text("queue_name", 255),
        _text("ring_group_id", 50),
        _text("ring_group_name", 255),
        _text("ivr_name", 255),
        _text("receptive_name", 255),
        _text("receptive_phone", 50),
        _text("receptive_did", 50),
        _boolean("has_agent"),
        _text("agent", 255),
        _text("acw_time", 20),
        _text("speaking_time", 20),
        _text("ivr_time", 20),
        _text("ivr_after_call_time", 20),
        _text("amd_time", 20),
        _text("waiting_time", 20),
        _text("speaking_with_agent_time", 20),
        _integer("route_id"),
        _text("route_name", 255),
        _text("route_host", 255),
        _text("route_endpoint", 500),
        _text("route_caller_id", 50),
        _text("billed_time", 20),
        _text("billed_value", 50),
        _text("qualification", 255),
        _text("behavior", 255),
        _text("readable_behavior_text", 500),
        _text("phone_type", 50),
        _text("recording", 500),
        _text("recording_amd", 500),
        _integer("status_id"),
        _text("readable_status_text", 500),
        _text("readable_amd_status_text", 500),
        _text("mode", 50),
        _integer("hangup_cause"),
        _text("sip_cause", 20),
        _text("readable_hangup_cause_text", 500),
        _text("feedback"),
        _boolean("recorded"),
        _boolean("ended_by_agent"),
        _text("qualification_note"),
        _text("sid", 255),
        _boolean("is_dmc"),
        _boolean("is_unknown"),
        _boolean("is_transferred"),
        _boolean("is_consult"),
        _boolean("is_transfer"),
        _boolean("is_conversion"),
        _integer("qualification_id"),
        _boolean("consult_cancelled"),
        _text("recording_transfer", 500),
        _text("recording_consult", 500),
        _text("recording_after_consult_cancel", 500),
        _text("ivr_digit_pressed", 50),
        _text("record_name", 255),
        _text("transcription"),
        _text("ai_evaluation_status", 255),
        _datetime("created_at"),
        _datetime("updated_at"),
        *_TRACED,
    ),
)

MAILING_DATA = RowTable(
    name="mailing_data",
    identity="id",
    key=("call_id",),
    traced=True,
    columns=(
        _integer("id"),
        _text("_id", 50),
        _text("call_id", 50),
        _text("identifier", 50),
        _integer("campaign_id"),
        _integer("company_id"),
        _integer("list_id"),
        _text("uf", 10),
        _text("phone", 50),
        _integer("dialed_phone"),
        _integer("dialed_identifier"),
        _integer("on_calling"),
        _integer("column_position"),
        _integer("row_position"),
        _text("estrategia", 255),
        _text("razao_social", 255),
        _text("nome_fantasia", 255),
        _text("valor_conta", 100),
        _text("cidade", 255),
        _text("cep", 20),
        _text("uf_mailing", 10),
        _text("socio", 255),
        _datetime("created_at"),
        _datetime("updated_at"),
        *_TRACED,
    ),
)

EXECUTION_LOGS = Table(
    name="execution_logs",
    identity="id",
    columns=(
        _integer("id"),
        _datetime("execution_date"),
        _text("start_date", 50),
        _text("end_date", 50),
        _text("campaign_ids", 100),
        _integer("total_records"),
        _integer("successful_records"),
        _integer("failed_records"),
        _integer("execution_time_seconds"),
        # 30 in SQL Server, where COMPLETED_WITH_ERRORS (21 letters) would not fit
        _text("status", 20),
        _text("error_message"),
        _datetime("created_at"),
        # ours
        _text("job", 50),
        _text("holder", 255),
        _integer("exit_code"),
        _integer("resumed_from"),
        _integer("inserted_records"),
        _integer("updated_records"),
        _integer("unchanged_records"),
        _text("scope", 200),
    ),
)

SYNC_WINDOWS = Table(
    name="sync_windows",
    primary_key=("job", "scope", "window_key"),
    columns=(
        _text("job", 50),
        _text("status", 20),
        _integer("api_total"),
        _integer("distinct_ids"),
        _integer("stored"),
        _integer("rejected"),
        _integer("pages"),
        _integer("passes"),
        _text("detail"),
        _integer("execution_id"),
        _datetime("started_at"),
        _datetime("finished_at"),
        _text("scope", 200),
        _text("window_key", 100),  # of most windows the day
        _text("day", 10),  # YYYY-MM-DD; NULL where the window is no day
        _text("next_cursor"),  # where to go on, of a list that is read by a cursor
    ),
)

REJECTED_RECORDS = Table(
    name="rejected_records",
    identity="id",
    columns=(
        _integer("id"),
        _integer("execution_id"),
        _text("job", 50),
        _text("record_id", 255),
        _text("reason", 500),
        _text("payload"),
        _text("payload_hash", 32),  # unique within a job: a broken record met again is one line
        _datetime("created_at"),
        _datetime("last_seen_at"),
        _datetime("resolved_at"),
        _integer("resolved_execution_id"),
    ),
)

ROBOT_STATE = Table(
    name="robot_state",
    primary_key=("name",),
    columns=(_text("name", 100), _text("value"), _datetime("updated_at")),
)

SCHEMA_VERSIONS = Table(
    name="schema_versions",
    primary_key=("script",),
    columns=(_text("script", 200), _datetime("applied_at")),
)

CLIENTS = RowTable(
    name="clients",
    identity="id",
    key=("external_id",),
    columns=(
        _integer("id"),
        _text("external_id", 50),  # what mailing_data.identifier holds of the calls that came of it
        _text("name", 255),
        _text("cpf", 14),  # or CNPJ, without punctuation
        _text("phones", 500),  # national digits, separated by ;
        _text("email", 255),
        _text("creditor", 255),
        _text("open_amount", 20),  # 1150.00
        _text("address", 500),
        _text("uf", 2),
        _text("notes"),
        _text("status", 50),
        _datetime("created_at"),
        _datetime("updated_at"),
        *_OURS,
    ),
)

DIALER_EXPORTS = Table(
    name="dialer_exports",
    identity="id",
    columns=(
        _integer("id"),
        _text("token", 32),  # tells a transaction that is repeated from a second export
        _integer("execution_id"),
        _integer("campaign_id"),
        _text("list_name", 255),
        _integer("list_id"),
        # contacts that the list had when the export found or made it
        _integer("list_total_before"),
        _integer("weight"),
        _text("selection"),  # JSON: what was asked for
        # JSON: why the dialer filtered contacts, and how often: the sum of the export's requests
        _text("motives"),
        # as the dialer counts them, also where it does not say whom: likewise a sum
        _integer("filtered_records"),
        _datetime("created_at"),
        _datetime("finished_at"),  # none of its contacts is pending
    ),
)

DIALER_EXPORT_ITEMS = Table(
    name="dialer_export_items",
    identity="id",
    columns=(
        _integer("id"),
        _integer("export_id"),
        _integer("campaign_id"),
        _text("external_id", 50),
        _text("status", 20),  # pending, in flight, sent, filtered, rejected, unknown
        _text("reason", 500),
        _integer("records"),  # items on the wire: one for each phone
        _text("payload"),  # JSON: those items
        _integer("execution_id"),  # the one that sent it
        _datetime("created_at"),
        _datetime("in_flight_at"),
        _datetime("settled_at"),
    ),
)

DIALER_EXPORT_REQUESTS = Table(
    name="dialer_export_requests",
    identity="id",
    columns=(
        _integer("id"),
        _text("token", 32),  # tells a transaction that is repeated from a second request
        _integer("export_id"),
        _integer("execution_id"),
        _integer("list_id"),
        _boolean("list_made"),  # the robot made the list in this export
        _text("status", 20),  # in flight, answered, not taken, unknown, settled
        _text("items"),  # JSON: the ids of its contacts in dialer_export_items
        _integer("records"),  # items on the wire
        _integer("imported"),  # what the dialer took, as it counts; NULL = it did not say
        _integer("filtered"),
        _text("motives"),  # JSON: why it filtered, and how often
        _integer("total_after"),  # contacts in the list, read as soon as the answer was lost
        _text("reason", 500),
        _datetime("sent_at"),
        _datetime("settled_at"),
    ),
)

ALL_TABLES = (
    CALLS,
    MAILING_DATA,
    EXECUTION_LOGS,
    SYNC_WINDOWS,
    REJECTED_RECORDS,
    ROBOT_STATE,
    SCHEMA_VERSIONS,
    CLIENTS,
    DIALER_EXPORTS,
    DIALER_EXPORT_ITEMS,
    DIALER_EXPORT_REQUESTS,
    DAYS_GIVEN_UP,
    SCHEDULED_DAYS,
)


CALLS_FAMILY = Family(CALLS, "call_date", "campaign_id", (MAILING_DATA,))
