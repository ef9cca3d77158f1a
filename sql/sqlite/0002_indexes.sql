-- At most one mailing_data row a call: what the upsert finds a row by.
CREATE UNIQUE INDEX IF NOT EXISTS ux_mailing_data_call_id ON mailing_data (call_id);

-- Periods and audits: calls by day, and by campaign and day.
CREATE INDEX IF NOT EXISTS ix_calls_call_date ON calls (call_date, row_hash);
CREATE INDEX IF NOT EXISTS ix_calls_campaign_id_call_date ON calls (campaign_id, call_date);

-- A rejected record that is stored at last is looked up by its id.
CREATE INDEX IF NOT EXISTS ix_rejected_records_job_record_id ON rejected_records (job, record_id);
