-- The tokens that open the outside systems, encrypted: one row an account. `secret` is readable with the key that `key_id`
-- names, which is never in the database. The moments are UTC, with their offset.
SET NOCOUNT ON;
GO

IF OBJECT_ID(N'dbo.oauth_tokens', N'U') IS NULL
    CREATE TABLE dbo.oauth_tokens (
        system NVARCHAR(30) NOT NULL,
        account NVARCHAR(200) NOT NULL,
        generation INT NOT NULL,
        secret NVARCHAR(MAX) NULL,
        key_id NVARCHAR(32) NULL,
        issued_at NVARCHAR(40) NULL,
        expires_at NVARCHAR(40) NULL,
        details NVARCHAR(MAX) NULL,
        code_hash NVARCHAR(64) NULL,
        sent_at NVARCHAR(40) NULL,
        lost_at NVARCHAR(40) NULL,
        updated_at NVARCHAR(40) NOT NULL,
        CONSTRAINT pk_oauth_tokens PRIMARY KEY CLUSTERED (system, account)
    );
GO
