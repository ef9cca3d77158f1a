-- record_hash: of the record as received; its first character is the version of its form. No row is written here: NULL says
-- that row_hash is still that of the version before (20 digits of the content, 12 of the record), until the row changes.
ALTER TABLE calls ADD COLUMN record_hash NVARCHAR(32);

ALTER TABLE mailing_data ADD COLUMN record_hash NVARCHAR(32);
