-- What an execution is limited to is a text of its job's, its scope (of calls: the campaigns, as before; empty = all), and a
-- window has a key, which need not be a day. Rows stay as they are; only columns and keys of small tables change.
-- Each table is changed in one transaction of one batch, once: the script may be cut off, and run again.
-- (The new columns that may not be NULL are added with a default, which is then dropped: these tables are small.)
SET NOCOUNT ON;
GO

IF COL_LENGTH(N'dbo.execution_logs', N'scope') IS NULL ALTER TABLE dbo.execution_logs ADD scope NVARCHAR(200) NULL;
GO

-- Executions of the versions before: what they were limited to stands in the spec's column.
UPDATE dbo.execution_logs SET scope = campaign_ids
WHERE scope IS NULL AND campaign_ids IS NOT NULL AND job IS NOT NULL;
GO

-- window_key: of most windows the day; day: NULL where the window is none. next_cursor: where to go on, of a list that is
-- read by a cursor.
SET XACT_ABORT ON;
BEGIN TRANSACTION;
IF COL_LENGTH(N'dbo.sync_windows', N'campaigns') IS NOT NULL
    BEGIN
        DECLARE @windows_key NVARCHAR(300);
        SELECT @windows_key = QUOTENAME(name) FROM sys.key_constraints
        WHERE parent_object_id = OBJECT_ID(N'dbo.sync_windows', N'U') AND type = 'PK';
        IF @windows_key IS NOT NULL EXEC (N'ALTER TABLE dbo.sync_windows DROP CONSTRAINT ' + @windows_key);
        ALTER TABLE dbo.sync_windows ADD scope NVARCHAR(200) NOT NULL CONSTRAINT df_sync_windows_scope DEFAULT N'';
        ALTER TABLE dbo.sync_windows ADD window_key NVARCHAR(100) NOT NULL CONSTRAINT df_sync_windows_window_key DEFAULT N'';
        EXEC (N'UPDATE dbo.sync_windows SET scope = campaigns, window_key = day');
        ALTER TABLE dbo.sync_windows DROP COLUMN campaigns;
        ALTER TABLE dbo.sync_windows DROP COLUMN day;
        ALTER TABLE dbo.sync_windows ADD day NVARCHAR(10) NULL;
        ALTER TABLE dbo.sync_windows ADD next_cursor NVARCHAR(MAX) NULL;
        EXEC (N'UPDATE dbo.sync_windows SET day = window_key');
        IF OBJECT_ID(N'dbo.df_sync_windows_scope', N'D') IS NOT NULL
            ALTER TABLE dbo.sync_windows DROP CONSTRAINT df_sync_windows_scope;
        IF OBJECT_ID(N'dbo.df_sync_windows_window_key', N'D') IS NOT NULL
            ALTER TABLE dbo.sync_windows DROP CONSTRAINT df_sync_windows_window_key;
        EXEC (N'ALTER TABLE dbo.sync_windows ADD CONSTRAINT pk_sync_windows PRIMARY KEY CLUSTERED (job, scope, window_key)');
    END;
COMMIT TRANSACTION;
GO

SET XACT_ABORT ON;
BEGIN TRANSACTION;
IF COL_LENGTH(N'dbo.days_given_up', N'campaigns') IS NOT NULL
    BEGIN
        DECLARE @given_up_key NVARCHAR(300);
        SELECT @given_up_key = QUOTENAME(name) FROM sys.key_constraints
        WHERE parent_object_id = OBJECT_ID(N'dbo.days_given_up', N'U') AND type = 'PK';
        IF @given_up_key IS NOT NULL EXEC (N'ALTER TABLE dbo.days_given_up DROP CONSTRAINT ' + @given_up_key);
        ALTER TABLE dbo.days_given_up ADD scope NVARCHAR(200) NOT NULL CONSTRAINT df_days_given_up_scope DEFAULT N'';
        EXEC (N'UPDATE dbo.days_given_up SET scope = campaigns');
        ALTER TABLE dbo.days_given_up DROP COLUMN campaigns;
        IF OBJECT_ID(N'dbo.df_days_given_up_scope', N'D') IS NOT NULL
            ALTER TABLE dbo.days_given_up DROP CONSTRAINT df_days_given_up_scope;
        EXEC (N'ALTER TABLE dbo.days_given_up ADD CONSTRAINT pk_days_given_up PRIMARY KEY CLUSTERED (job, scope, day)');
    END;
COMMIT TRANSACTION;
GO

SET XACT_ABORT ON;
BEGIN TRANSACTION;
IF COL_LENGTH(N'dbo.scheduled_days', N'campaigns') IS NOT NULL
    BEGIN
        DECLARE @scheduled_key NVARCHAR(300);
        SELECT @scheduled_key = QUOTENAME(name) FROM sys.key_constraints
        WHERE parent_object_id = OBJECT_ID(N'dbo.scheduled_days', N'U') AND type = 'PK';
        IF @scheduled_key IS NOT NULL EXEC (N'ALTER TABLE dbo.scheduled_days DROP CONSTRAINT ' + @scheduled_key);
        ALTER TABLE dbo.scheduled_days ADD scope NVARCHAR(200) NOT NULL CONSTRAINT df_scheduled_days_scope DEFAULT N'';
        EXEC (N'UPDATE dbo.scheduled_days SET scope = campaigns');
        ALTER TABLE dbo.scheduled_days DROP COLUMN campaigns;
        IF OBJECT_ID(N'dbo.df_scheduled_days_scope', N'D') IS NOT NULL
            ALTER TABLE dbo.scheduled_days DROP CONSTRAINT df_scheduled_days_scope;
        EXEC (N'ALTER TABLE dbo.scheduled_days ADD CONSTRAINT pk_scheduled_days PRIMARY KEY CLUSTERED (job, scope)');
    END;
COMMIT TRANSACTION;
GO
