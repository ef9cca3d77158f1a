-- What no reading says of days. Each table is created when it is missing.
SET NOCOUNT ON;
GO

-- Days that nobody could prove, and that an operator gave up: they are no longer told, nor caught up. A day that is proven
-- later loses its line here.
IF OBJECT_ID(N'dbo.days_given_up', N'U') IS NULL
    CREATE TABLE dbo.days_given_up (
        job NVARCHAR(50) NOT NULL,
        campaigns NVARCHAR(100) NOT NULL,
        day NVARCHAR(10) NOT NULL,
        given_up_at DATETIME NOT NULL,
        given_up_by NVARCHAR(255) NULL,
        CONSTRAINT pk_days_given_up PRIMARY KEY CLUSTERED (job, campaigns, day)
    );
GO

-- The days that the schedule owes, of each job and campaigns: all from the first to the last one that it came to. A day
-- in between that was never read was missed; a day outside was never asked for.
IF OBJECT_ID(N'dbo.scheduled_days', N'U') IS NULL
    CREATE TABLE dbo.scheduled_days (
        job NVARCHAR(50) NOT NULL,
        campaigns NVARCHAR(100) NOT NULL,
        first_day NVARCHAR(10) NOT NULL,
        last_day NVARCHAR(10) NOT NULL,
        CONSTRAINT pk_scheduled_days PRIMARY KEY CLUSTERED (job, campaigns)
    );
GO
