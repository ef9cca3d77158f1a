-- Takes over the tables that an earlier robot created and filled. No row and no value is lost. It may be run again: what is
-- done already is left alone. On tables that 0001 has just created there is nothing to do.

-- 1. The columns that are missing, at the end of the table, empty. (A batch that names a new column does not compile before
--    the column is there: hence the GO.)
SET NOCOUNT ON;

IF COL_LENGTH(N'dbo.calls', N'list_name') IS NULL ALTER TABLE dbo.calls ADD list_name NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'number') IS NULL ALTER TABLE dbo.calls ADD number NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'call_date') IS NULL ALTER TABLE dbo.calls ADD call_date DATETIME NULL;
IF COL_LENGTH(N'dbo.calls', N'call_date_rfc3339') IS NULL ALTER TABLE dbo.calls ADD call_date_rfc3339 NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'campaign_id') IS NULL ALTER TABLE dbo.calls ADD campaign_id INT NULL;
IF COL_LENGTH(N'dbo.calls', N'campaign') IS NULL ALTER TABLE dbo.calls ADD campaign NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'queue_id') IS NULL ALTER TABLE dbo.calls ADD queue_id NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'queue_name') IS NULL ALTER TABLE dbo.calls ADD queue_name NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'ring_group_id') IS NULL ALTER TABLE dbo.calls ADD ring_group_id NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'ring_group_name') IS NULL ALTER TABLE dbo.calls ADD ring_group_name NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'ivr_name') IS NULL ALTER TABLE dbo.calls ADD ivr_name NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'receptive_name') IS NULL ALTER TABLE dbo.calls ADD receptive_name NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'receptive_phone') IS NULL ALTER TABLE dbo.calls ADD receptive_phone NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'receptive_did') IS NULL ALTER TABLE dbo.calls ADD receptive_did NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'has_agent') IS NULL ALTER TABLE dbo.calls ADD has_agent BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'agent') IS NULL ALTER TABLE dbo.calls ADD agent NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'acw_time') IS NULL ALTER TABLE dbo.calls ADD acw_time NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.calls', N'speaking_time') IS NULL ALTER TABLE dbo.calls ADD speaking_time NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.calls', N'ivr_time') IS NULL ALTER TABLE dbo.calls ADD ivr_time NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.calls', N'ivr_after_call_time') IS NULL ALTER TABLE dbo.calls ADD ivr_after_call_time NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.calls', N'amd_time') IS NULL ALTER TABLE dbo.calls ADD amd_time NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.calls', N'waiting_time') IS NULL ALTER TABLE dbo.calls ADD waiting_time NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.calls', N'speaking_with_agent_time') IS NULL ALTER TABLE dbo.calls ADD speaking_with_agent_time NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.calls', N'route_id') IS NULL ALTER TABLE dbo.calls ADD route_id INT NULL;
IF COL_LENGTH(N'dbo.calls', N'route_name') IS NULL ALTER TABLE dbo.calls ADD route_name NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'route_host') IS NULL ALTER TABLE dbo.calls ADD route_host NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'route_endpoint') IS NULL ALTER TABLE dbo.calls ADD route_endpoint NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'route_caller_id') IS NULL ALTER TABLE dbo.calls ADD route_caller_id NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'billed_time') IS NULL ALTER TABLE dbo.calls ADD billed_time NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.calls', N'billed_value') IS NULL ALTER TABLE dbo.calls ADD billed_value NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'qualification') IS NULL ALTER TABLE dbo.calls ADD qualification NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'behavior') IS NULL ALTER TABLE dbo.calls ADD behavior NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'readable_behavior_text') IS NULL ALTER TABLE dbo.calls ADD readable_behavior_text NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'phone_type') IS NULL ALTER TABLE dbo.calls ADD phone_type NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'recording') IS NULL ALTER TABLE dbo.calls ADD recording NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'recording_amd') IS NULL ALTER TABLE dbo.calls ADD recording_amd NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'status_id') IS NULL ALTER TABLE dbo.calls ADD status_id INT NULL;
IF COL_LENGTH(N'dbo.calls', N'readable_status_text') IS NULL ALTER TABLE dbo.calls ADD readable_status_text NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'readable_amd_status_text') IS NULL ALTER TABLE dbo.calls ADD readable_amd_status_text NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'mode') IS NULL ALTER TABLE dbo.calls ADD mode NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'hangup_cause') IS NULL ALTER TABLE dbo.calls ADD hangup_cause INT NULL;
IF COL_LENGTH(N'dbo.calls', N'sip_cause') IS NULL ALTER TABLE dbo.calls ADD sip_cause NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.calls', N'readable_hangup_cause_text') IS NULL ALTER TABLE dbo.calls ADD readable_hangup_cause_text NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'feedback') IS NULL ALTER TABLE dbo.calls ADD feedback NVARCHAR(MAX) NULL;
IF COL_LENGTH(N'dbo.calls', N'recorded') IS NULL ALTER TABLE dbo.calls ADD recorded BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'ended_by_agent') IS NULL ALTER TABLE dbo.calls ADD ended_by_agent BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'qualification_note') IS NULL ALTER TABLE dbo.calls ADD qualification_note NVARCHAR(MAX) NULL;
IF COL_LENGTH(N'dbo.calls', N'sid') IS NULL ALTER TABLE dbo.calls ADD sid NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'is_dmc') IS NULL ALTER TABLE dbo.calls ADD is_dmc BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'is_unknown') IS NULL ALTER TABLE dbo.calls ADD is_unknown BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'is_transferred') IS NULL ALTER TABLE dbo.calls ADD is_transferred BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'is_consult') IS NULL ALTER TABLE dbo.calls ADD is_consult BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'is_transfer') IS NULL ALTER TABLE dbo.calls ADD is_transfer BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'is_conversion') IS NULL ALTER TABLE dbo.calls ADD is_conversion BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'qualification_id') IS NULL ALTER TABLE dbo.calls ADD qualification_id INT NULL;
IF COL_LENGTH(N'dbo.calls', N'consult_cancelled') IS NULL ALTER TABLE dbo.calls ADD consult_cancelled BIT NULL;
IF COL_LENGTH(N'dbo.calls', N'recording_transfer') IS NULL ALTER TABLE dbo.calls ADD recording_transfer NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'recording_consult') IS NULL ALTER TABLE dbo.calls ADD recording_consult NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'recording_after_consult_cancel') IS NULL ALTER TABLE dbo.calls ADD recording_after_consult_cancel NVARCHAR(500) NULL;
IF COL_LENGTH(N'dbo.calls', N'ivr_digit_pressed') IS NULL ALTER TABLE dbo.calls ADD ivr_digit_pressed NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.calls', N'record_name') IS NULL ALTER TABLE dbo.calls ADD record_name NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'transcription') IS NULL ALTER TABLE dbo.calls ADD transcription NVARCHAR(MAX) NULL;
IF COL_LENGTH(N'dbo.calls', N'ai_evaluation_status') IS NULL ALTER TABLE dbo.calls ADD ai_evaluation_status NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.calls', N'created_at') IS NULL ALTER TABLE dbo.calls ADD created_at DATETIME NULL;
IF COL_LENGTH(N'dbo.calls', N'updated_at') IS NULL ALTER TABLE dbo.calls ADD updated_at DATETIME NULL;
IF COL_LENGTH(N'dbo.calls', N'extra') IS NULL ALTER TABLE dbo.calls ADD extra NVARCHAR(MAX) NULL;
IF COL_LENGTH(N'dbo.calls', N'row_hash') IS NULL ALTER TABLE dbo.calls ADD row_hash NVARCHAR(32) NULL;
GO

IF COL_LENGTH(N'dbo.mailing_data', N'_id') IS NULL ALTER TABLE dbo.mailing_data ADD _id NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'call_id') IS NULL ALTER TABLE dbo.mailing_data ADD call_id NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'identifier') IS NULL ALTER TABLE dbo.mailing_data ADD identifier NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'campaign_id') IS NULL ALTER TABLE dbo.mailing_data ADD campaign_id INT NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'company_id') IS NULL ALTER TABLE dbo.mailing_data ADD company_id INT NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'list_id') IS NULL ALTER TABLE dbo.mailing_data ADD list_id INT NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'uf') IS NULL ALTER TABLE dbo.mailing_data ADD uf NVARCHAR(10) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'phone') IS NULL ALTER TABLE dbo.mailing_data ADD phone NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'dialed_phone') IS NULL ALTER TABLE dbo.mailing_data ADD dialed_phone INT NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'dialed_identifier') IS NULL ALTER TABLE dbo.mailing_data ADD dialed_identifier INT NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'on_calling') IS NULL ALTER TABLE dbo.mailing_data ADD on_calling INT NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'column_position') IS NULL ALTER TABLE dbo.mailing_data ADD column_position INT NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'row_position') IS NULL ALTER TABLE dbo.mailing_data ADD row_position INT NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'estrategia') IS NULL ALTER TABLE dbo.mailing_data ADD estrategia NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'razao_social') IS NULL ALTER TABLE dbo.mailing_data ADD razao_social NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'nome_fantasia') IS NULL ALTER TABLE dbo.mailing_data ADD nome_fantasia NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'valor_conta') IS NULL ALTER TABLE dbo.mailing_data ADD valor_conta NVARCHAR(100) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'cidade') IS NULL ALTER TABLE dbo.mailing_data ADD cidade NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'cep') IS NULL ALTER TABLE dbo.mailing_data ADD cep NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'uf_mailing') IS NULL ALTER TABLE dbo.mailing_data ADD uf_mailing NVARCHAR(10) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'socio') IS NULL ALTER TABLE dbo.mailing_data ADD socio NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'created_at') IS NULL ALTER TABLE dbo.mailing_data ADD created_at DATETIME NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'updated_at') IS NULL ALTER TABLE dbo.mailing_data ADD updated_at DATETIME NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'extra') IS NULL ALTER TABLE dbo.mailing_data ADD extra NVARCHAR(MAX) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'row_hash') IS NULL ALTER TABLE dbo.mailing_data ADD row_hash NVARCHAR(32) NULL;
GO

IF COL_LENGTH(N'dbo.execution_logs', N'execution_date') IS NULL ALTER TABLE dbo.execution_logs ADD execution_date DATETIME NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'start_date') IS NULL ALTER TABLE dbo.execution_logs ADD start_date NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'end_date') IS NULL ALTER TABLE dbo.execution_logs ADD end_date NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'campaign_ids') IS NULL ALTER TABLE dbo.execution_logs ADD campaign_ids NVARCHAR(100) NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'total_records') IS NULL ALTER TABLE dbo.execution_logs ADD total_records INT NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'successful_records') IS NULL ALTER TABLE dbo.execution_logs ADD successful_records INT NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'failed_records') IS NULL ALTER TABLE dbo.execution_logs ADD failed_records INT NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'execution_time_seconds') IS NULL ALTER TABLE dbo.execution_logs ADD execution_time_seconds INT NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'status') IS NULL ALTER TABLE dbo.execution_logs ADD status NVARCHAR(20) NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'error_message') IS NULL ALTER TABLE dbo.execution_logs ADD error_message NVARCHAR(MAX) NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'created_at') IS NULL ALTER TABLE dbo.execution_logs ADD created_at DATETIME NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'job') IS NULL ALTER TABLE dbo.execution_logs ADD job NVARCHAR(50) NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'holder') IS NULL ALTER TABLE dbo.execution_logs ADD holder NVARCHAR(255) NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'exit_code') IS NULL ALTER TABLE dbo.execution_logs ADD exit_code INT NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'resumed_from') IS NULL ALTER TABLE dbo.execution_logs ADD resumed_from INT NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'inserted_records') IS NULL ALTER TABLE dbo.execution_logs ADD inserted_records INT NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'updated_records') IS NULL ALTER TABLE dbo.execution_logs ADD updated_records INT NULL;
IF COL_LENGTH(N'dbo.execution_logs', N'unchanged_records') IS NULL ALTER TABLE dbo.execution_logs ADD unchanged_records INT NULL;

-- The contract's NVARCHAR(20) cannot hold one of its own words: COMPLETED_WITH_ERRORS has 21 letters.
IF COL_LENGTH(N'dbo.execution_logs', N'status') BETWEEN 1 AND 59 AND COLUMNPROPERTY(OBJECT_ID(N'dbo.execution_logs'), N'status', 'AllowsNull') = 0
    EXEC (N'ALTER TABLE dbo.execution_logs ALTER COLUMN status NVARCHAR(30) NOT NULL;');
IF COL_LENGTH(N'dbo.execution_logs', N'status') BETWEEN 1 AND 59 AND COLUMNPROPERTY(OBJECT_ID(N'dbo.execution_logs'), N'status', 'AllowsNull') = 1
    EXEC (N'ALTER TABLE dbo.execution_logs ALTER COLUMN status NVARCHAR(30);');
GO

-- 2. At most one mailing_data row a call, and none without a call. Of several, the newest stays (by updated_at, then by id).
--    Every other row goes to rejected_records, whole, as JSON, and then out of mailing_data: in one transaction.
--    (created_at is the server's clock there.) To see them:  SELECT * FROM dbo.rejected_records WHERE job = N'take_over';
SET NOCOUNT ON;
SET XACT_ABORT ON;

BEGIN TRANSACTION;

CREATE TABLE #surplus (
    id INT NOT NULL PRIMARY KEY,
    reason NVARCHAR(500) NOT NULL
);

-- TABLOCKX: nobody writes to mailing_data between this look and the DELETE.
INSERT INTO #surplus (id, reason)
SELECT
    ranked.id,
    CASE
        WHEN ranked.call_id IS NULL THEN N'mailing_data row without call_id, found when the table was taken over'
        ELSE N'older mailing_data row of a call that has a newer one, found when the table was taken over'
    END AS reason
FROM (
    SELECT
        m.id,
        m.call_id,
        ROW_NUMBER() OVER (
            PARTITION BY m.call_id
            ORDER BY CASE WHEN m.updated_at IS NULL THEN 1 ELSE 0 END ASC, m.updated_at DESC, m.id DESC
        ) AS place
    FROM dbo.mailing_data AS m WITH (TABLOCKX, HOLDLOCK)
) AS ranked
WHERE ranked.place > 1 OR ranked.call_id IS NULL;

INSERT INTO dbo.rejected_records (job, record_id, reason, payload, payload_hash, created_at, last_seen_at)
SELECT
    N'take_over' AS job,
    hashed.call_id AS record_id,
    hashed.reason,
    hashed.payload,
    hashed.payload_hash,
    GETDATE() AS created_at,
    GETDATE() AS last_seen_at
FROM (
    SELECT
        kept.call_id,
        kept.reason,
        kept.payload,
        CONCAT(kept.id, N':', CONVERT(BIGINT, SUBSTRING(HASHBYTES(N'SHA2_256', kept.payload), 1, 8))) AS payload_hash
    FROM (
        SELECT
            m.id,
            m.call_id,
            s.reason,
            (
                SELECT whole.*
                FROM dbo.mailing_data AS whole
                WHERE whole.id = m.id
                FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
            ) AS payload
        FROM dbo.mailing_data AS m
        INNER JOIN #surplus AS s ON m.id = s.id
    ) AS kept
) AS hashed
WHERE NOT EXISTS ( -- the same row again, after somebody restored the table from a backup: it is kept already
    SELECT 1
    FROM dbo.rejected_records AS r
    WHERE r.job = N'take_over' AND r.payload_hash = hashed.payload_hash
);

DELETE m
FROM dbo.mailing_data AS m
INNER JOIN #surplus AS s ON m.id = s.id;

DROP TABLE #surplus;

-- What the upsert finds a row by. In the same transaction: an earlier robot that still runs cannot bring a second row between.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.mailing_data', N'U') AND name LIKE N'ux_mailing_data_call_id%')
    CREATE UNIQUE INDEX ux_mailing_data_call_id ON dbo.mailing_data (call_id) INCLUDE (row_hash);

COMMIT TRANSACTION;
GO
