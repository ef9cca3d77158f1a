-- The indexes of the robot, each created when it is missing. The primary keys are in 0001, mailing_data's own index in 0002.
SET NOCOUNT ON;
GO

-- Periods and audits: calls by day, and by campaign and day.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.calls', N'U') AND name LIKE N'ix_calls_call_date%')
    CREATE INDEX ix_calls_call_date ON dbo.calls (call_date) INCLUDE (row_hash);
GO

IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.calls', N'U') AND name LIKE N'ix_calls_campaign_id_call_d%')
    CREATE INDEX ix_calls_campaign_id_call_date ON dbo.calls (campaign_id, call_date);
GO

-- A rejected record that is stored at last is looked up by its id.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.rejected_records', N'U') AND name LIKE N'ix_rejected_records_job_record%')
    CREATE INDEX ix_rejected_records_job_record_id ON dbo.rejected_records (job, record_id);
GO
