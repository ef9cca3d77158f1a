-- record_hash: of the record as received; its first character is the version of its form. No row is written here: NULL says
-- that row_hash is still that of the version before (20 digits of the content, 12 of the record), until the row changes.
SET NOCOUNT ON;
GO

IF COL_LENGTH(N'dbo.calls', N'record_hash') IS NULL ALTER TABLE dbo.calls ADD record_hash NVARCHAR(32) NULL;
IF COL_LENGTH(N'dbo.mailing_data', N'record_hash') IS NULL ALTER TABLE dbo.mailing_data ADD record_hash NVARCHAR(32) NULL;
GO
