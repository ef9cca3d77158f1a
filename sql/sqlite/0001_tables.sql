-- The tables of the robot in SQLite, the embedded default. SQLite keeps declared types as they are written, so that they read
-- as the spec's; it stores dates as text 'YYYY-MM-DD HH:MM:SS' and BIT as 0 or 1. NVARCHAR(MAX) stands in quotes because
-- SQLite's grammar takes only a number in the brackets of a type. Times are local to TIMEZONE.

-- A call, as the dialer last told it. extra: JSON of all that has no column of its own or did not fit it.
-- row_hash: 20 digits of the other cells, 12 of the record as received.
CREATE TABLE IF NOT EXISTS calls (
    id NVARCHAR(50) NOT NULL PRIMARY KEY,
    list_name NVARCHAR(255),
    number NVARCHAR(50),
    call_date DATETIME,
    call_date_rfc3339 NVARCHAR(50),
    campaign_id INT,
    campaign NVARCHAR(255),
    queue_id NVARCHAR(50),
    queue_name NVARCHAR(255),
    ring_group_id NVARCHAR(50),
    ring_group_name NVARCHAR(255),
    ivr_name NVARCHAR(255),
    receptive_name NVARCHAR(255),
    receptive_phone NVARCHAR(50),
    receptive_did NVARCHAR(50),
    has_agent BIT,
    agent NVARCHAR(255),
    acw_time NVARCHAR(20),
    speaking_time NVARCHAR(20),
    ivr_time NVARCHAR(20),
    ivr_after_call_time NVARCHAR(20),
    amd_time NVARCHAR(20),
    waiting_time NVARCHAR(20),
    speaking_with_agent_time NVARCHAR(20),
    route_id INT,
    route_name NVARCHAR(255),
    route_host NVARCHAR(255),
    route_endpoint NVARCHAR(500),
    route_caller_id NVARCHAR(50),
    billed_time NVARCHAR(20),
    billed_value NVARCHAR(50),
    qualification NVARCHAR(255),
    behavior NVARCHAR(255),
    readable_behavior_text NVARCHAR(500),
    phone_type NVARCHAR(50),
    recording NVARCHAR(500),
    recording_amd NVARCHAR(500),
    status_id INT,
    readable_status_text NVARCHAR(500),
    readable_amd_status_text NVARCHAR(500),
    mode NVARCHAR(50),
    hangup_cause INT,
    sip_cause NVARCHAR(20),
    readable_hangup_cause_text NVARCHAR(500),
    feedback "NVARCHAR(MAX)",
    recorded BIT,
    ended_by_agent BIT,
    qualification_note "NVARCHAR(MAX)",
    sid NVARCHAR(255),
    is_dmc BIT,
    is_unknown BIT,
    is_transferred BIT,
    is_consult BIT,
    is_transfer BIT,
    is_conversion BIT,
    qualification_id INT,
    consult_cancelled BIT,
    recording_transfer NVARCHAR(500),
    recording_consult NVARCHAR(500),
    recording_after_consult_cancel NVARCHAR(500),
    ivr_digit_pressed NVARCHAR(50),
    record_name NVARCHAR(255),
    transcription "NVARCHAR(MAX)",
    ai_evaluation_status NVARCHAR(255),
    created_at DATETIME,
    updated_at DATETIME,
    extra "NVARCHAR(MAX)",
    row_hash NVARCHAR(32)
);

-- The customer's own data of a call's contact: at most one row a call.
CREATE TABLE IF NOT EXISTS mailing_data (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    _id NVARCHAR(50),
    call_id NVARCHAR(50) NOT NULL,
    identifier NVARCHAR(50),
    campaign_id INT,
    company_id INT,
    list_id INT,
    uf NVARCHAR(10),
    phone NVARCHAR(50),
    dialed_phone INT,
    dialed_identifier INT,
    on_calling INT,
    column_position INT,
    row_position INT,
    estrategia NVARCHAR(255),
    razao_social NVARCHAR(255),
    nome_fantasia NVARCHAR(255),
    valor_conta NVARCHAR(100),
    cidade NVARCHAR(255),
    cep NVARCHAR(20),
    uf_mailing NVARCHAR(10),
    socio NVARCHAR(255),
    created_at DATETIME,
    updated_at DATETIME,
    extra "NVARCHAR(MAX)",
    row_hash NVARCHAR(32),
    FOREIGN KEY (call_id) REFERENCES calls (id)
);

-- One line an execution of a job.
CREATE TABLE IF NOT EXISTS execution_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_date DATETIME NOT NULL,
    start_date NVARCHAR(50),
    end_date NVARCHAR(50),
    campaign_ids NVARCHAR(100),
    total_records INT,
    successful_records INT,
    failed_records INT,
    execution_time_seconds INT,
    status NVARCHAR(20) NOT NULL,
    error_message "NVARCHAR(MAX)",
    created_at DATETIME,
    job NVARCHAR(50),
    holder NVARCHAR(255),
    exit_code INT,
    resumed_from INT,
    inserted_records INT,
    updated_records INT,
    unchanged_records INT
);

-- What is proven to be stored: one line a job, campaigns and day.
CREATE TABLE IF NOT EXISTS sync_windows (
    job NVARCHAR(50) NOT NULL,
    campaigns NVARCHAR(100) NOT NULL,
    day NVARCHAR(10) NOT NULL,
    status NVARCHAR(20) NOT NULL,
    api_total INT,
    distinct_ids INT,
    stored INT,
    rejected INT,
    pages INT,
    passes INT,
    detail "NVARCHAR(MAX)",
    execution_id INT,
    started_at DATETIME,
    finished_at DATETIME,
    PRIMARY KEY (job, campaigns, day)
);

-- Records that could not become a row, as they were received, and what became of them.
CREATE TABLE IF NOT EXISTS rejected_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_id INT,
    job NVARCHAR(50) NOT NULL,
    record_id NVARCHAR(255),
    reason NVARCHAR(500) NOT NULL,
    payload "NVARCHAR(MAX)" NOT NULL,
    payload_hash NVARCHAR(32) NOT NULL,
    created_at DATETIME NOT NULL,
    last_seen_at DATETIME,
    resolved_at DATETIME,
    resolved_execution_id INT,
    UNIQUE (job, payload_hash)
);

-- Small things to remember between two starts, such as the next scheduled run.
CREATE TABLE IF NOT EXISTS robot_state (
    name NVARCHAR(100) NOT NULL PRIMARY KEY,
    value "NVARCHAR(MAX)",
    updated_at DATETIME
);

-- The scripts of this folder that were applied; the robot writes it.
CREATE TABLE IF NOT EXISTS schema_versions (
    script NVARCHAR(200) NOT NULL PRIMARY KEY,
    applied_at DATETIME NOT NULL
);
