-- The tables of the robot in SQL Server 2016 or later. Each is created when it is missing; 0002 takes over the ones that are
-- there already. The first columns of calls, mailing_data and execution_logs are a contract: names, types, order; the ones
-- after them are the robot's own and may be NULL. Times are local to the robot's TIMEZONE, not to the server's.
-- Batches are separated by GO, as in sqlcmd and Management Studio; the robot runs this file by itself.
SET NOCOUNT ON;
GO

-- A call, as the dialer last told it. extra: JSON of all that has no column of its own or did not fit it.
-- row_hash: 20 digits of the other cells, 12 of the record as received.
IF OBJECT_ID(N'dbo.calls', N'U') IS NULL
    CREATE TABLE dbo.calls (
        id NVARCHAR(50) NOT NULL,
        list_name NVARCHAR(255) NULL,
        number NVARCHAR(50) NULL,
        call_date DATETIME NULL,
        call_date_rfc3339 NVARCHAR(50) NULL,
        campaign_id INT NULL,
        campaign NVARCHAR(255) NULL,
        queue_id NVARCHAR(50) NULL,
        queue_name NVARCHAR(255) NULL,
        ring_group_id NVARCHAR(50) NULL,
        ring_group_name NVARCHAR(255) NULL,
        ivr_name NVARCHAR(255) NULL,
        receptive_name NVARCHAR(255) NULL,
        receptive_phone NVARCHAR(50) NULL,
        receptive_did NVARCHAR(50) NULL,
        has_agent BIT NULL,
        agent NVARCHAR(255) NULL,
        acw_time NVARCHAR(20) NULL,
        speaking_time NVARCHAR(20) NULL,
        ivr_time NVARCHAR(20) NULL,
        ivr_after_call_time NVARCHAR(20) NULL,
        amd_time NVARCHAR(20) NULL,
        waiting_time NVARCHAR(20) NULL,
        speaking_with_agent_time NVARCHAR(20) NULL,
        route_id INT NULL,
        route_name NVARCHAR(255) NULL,
        route_host NVARCHAR(255) NULL,
        route_endpoint NVARCHAR(500) NULL,
        route_caller_id NVARCHAR(50) NULL,
        billed_time NVARCHAR(20) NULL,
        billed_value NVARCHAR(50) NULL,
        qualification NVARCHAR(255) NULL,
        behavior NVARCHAR(255) NULL,
        readable_behavior_text NVARCHAR(500) NULL,
        phone_type NVARCHAR(50) NULL,
        recording NVARCHAR(500) NULL,
        recording_amd NVARCHAR(500) NULL,
        status_id INT NULL,
        readable_status_text NVARCHAR(500) NULL,
        readable_amd_status_text NVARCHAR(500) NULL,
        mode NVARCHAR(50) NULL,
        hangup_cause INT NULL,
        sip_cause NVARCHAR(20) NULL,
        readable_hangup_cause_text NVARCHAR(500) NULL,
        feedback NVARCHAR(MAX) NULL,
        recorded BIT NULL,
        ended_by_agent BIT NULL,
        qualification_note NVARCHAR(MAX) NULL,
        sid NVARCHAR(255) NULL,
        is_dmc BIT NULL,
        is_unknown BIT NULL,
        is_transferred BIT NULL,
        is_consult BIT NULL,
        is_transfer BIT NULL,
        is_conversion BIT NULL,
        qualification_id INT NULL,
        consult_cancelled BIT NULL,
        recording_transfer NVARCHAR(500) NULL,
        recording_consult NVARCHAR(500) NULL,
        recording_after_consult_cancel NVARCHAR(500) NULL,
        ivr_digit_pressed NVARCHAR(50) NULL,
        record_name NVARCHAR(255) NULL,
        transcription NVARCHAR(MAX) NULL,
        ai_evaluation_status NVARCHAR(255) NULL,
        created_at DATETIME NULL,
        updated_at DATETIME NULL,
        extra NVARCHAR(MAX) NULL,
        row_hash NVARCHAR(32) NULL,
        CONSTRAINT pk_calls PRIMARY KEY CLUSTERED (id)
    );
GO

-- The customer's own data of a call's contact: at most one row a call.
IF OBJECT_ID(N'dbo.mailing_data', N'U') IS NULL
    CREATE TABLE dbo.mailing_data (
        id INT IDENTITY (1, 1) NOT NULL,
        _id NVARCHAR(50) NULL,
        call_id NVARCHAR(50) NOT NULL,
        identifier NVARCHAR(50) NULL,
        campaign_id INT NULL,
        company_id INT NULL,
        list_id INT NULL,
        uf NVARCHAR(10) NULL,
        phone NVARCHAR(50) NULL,
        dialed_phone INT NULL,
        dialed_identifier INT NULL,
        on_calling INT NULL,
        column_position INT NULL,
        row_position INT NULL,
        estrategia NVARCHAR(255) NULL,
        razao_social NVARCHAR(255) NULL,
        nome_fantasia NVARCHAR(255) NULL,
        valor_conta NVARCHAR(100) NULL,
        cidade NVARCHAR(255) NULL,
        cep NVARCHAR(20) NULL,
        uf_mailing NVARCHAR(10) NULL,
        socio NVARCHAR(255) NULL,
        created_at DATETIME NULL,
        updated_at DATETIME NULL,
        extra NVARCHAR(MAX) NULL,
        row_hash NVARCHAR(32) NULL,
        CONSTRAINT pk_mailing_data PRIMARY KEY CLUSTERED (id),
        CONSTRAINT fk_mailing_data_calls FOREIGN KEY (call_id) REFERENCES dbo.calls (id)
    );
GO

-- One line an execution of a job. (status: the contract says 20, but its own word COMPLETED_WITH_ERRORS has 21 letters.)
IF OBJECT_ID(N'dbo.execution_logs', N'U') IS NULL
    CREATE TABLE dbo.execution_logs (
        id INT IDENTITY (1, 1) NOT NULL,
        execution_date DATETIME NOT NULL,
        start_date NVARCHAR(50) NULL,
        end_date NVARCHAR(50) NULL,
        campaign_ids NVARCHAR(100) NULL,
        total_records INT NULL,
        successful_records INT NULL,
        failed_records INT NULL,
        execution_time_seconds INT NULL,
        status NVARCHAR(30) NOT NULL,
        error_message NVARCHAR(MAX) NULL,
        created_at DATETIME NULL,
        job NVARCHAR(50) NULL,
        holder NVARCHAR(255) NULL,
        exit_code INT NULL,
        resumed_from INT NULL,
        inserted_records INT NULL,
        updated_records INT NULL,
        unchanged_records INT NULL,
        CONSTRAINT pk_execution_logs PRIMARY KEY CLUSTERED (id)
    );
GO

-- What is proven to be stored: one line a job, campaigns and day.
IF OBJECT_ID(N'dbo.sync_windows', N'U') IS NULL
    CREATE TABLE dbo.sync_windows (
        job NVARCHAR(50) NOT NULL,
        campaigns NVARCHAR(100) NOT NULL,
        day NVARCHAR(10) NOT NULL,
        status NVARCHAR(20) NOT NULL,
        api_total INT NULL,
        distinct_ids INT NULL,
        stored INT NULL,
        rejected INT NULL,
        pages INT NULL,
        passes INT NULL,
        detail NVARCHAR(MAX) NULL,
        execution_id INT NULL,
        started_at DATETIME NULL,
        finished_at DATETIME NULL,
        CONSTRAINT pk_sync_windows PRIMARY KEY CLUSTERED (job, campaigns, day)
    );
GO

-- Records that could not become a row, as they were received, and what became of them.
IF OBJECT_ID(N'dbo.rejected_records', N'U') IS NULL
    CREATE TABLE dbo.rejected_records (
        id INT IDENTITY (1, 1) NOT NULL,
        execution_id INT NULL,
        job NVARCHAR(50) NOT NULL,
        record_id NVARCHAR(255) NULL,
        reason NVARCHAR(500) NOT NULL,
        payload NVARCHAR(MAX) NOT NULL,
        payload_hash NVARCHAR(32) NOT NULL,
        created_at DATETIME NOT NULL,
        last_seen_at DATETIME NULL,
        resolved_at DATETIME NULL,
        resolved_execution_id INT NULL,
        CONSTRAINT pk_rejected_records PRIMARY KEY CLUSTERED (id),
        CONSTRAINT uq_rejected_records_job_payload_hash UNIQUE (job, payload_hash)
    );
GO

-- Small things to remember between two starts, such as the next scheduled run.
IF OBJECT_ID(N'dbo.robot_state', N'U') IS NULL
    CREATE TABLE dbo.robot_state (
        name NVARCHAR(100) NOT NULL,
        value NVARCHAR(MAX) NULL,
        updated_at DATETIME NULL,
        CONSTRAINT pk_robot_state PRIMARY KEY CLUSTERED (name)
    );
GO

-- The scripts of this folder that were applied; the robot writes it.
IF OBJECT_ID(N'dbo.schema_versions', N'U') IS NULL
    CREATE TABLE dbo.schema_versions (
        script NVARCHAR(200) NOT NULL,
        applied_at DATETIME NOT NULL,
        CONSTRAINT pk_schema_versions PRIMARY KEY CLUSTERED (script)
    );
GO
