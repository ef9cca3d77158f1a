-- The requests that carried contacts. The table and each index is created when it is missing.
SET NOCOUNT ON;
GO

-- Each request that carried contacts: one line for each POST, never changed by counting up. Sums are taken from here.
IF OBJECT_ID(N'dbo.dialer_export_requests', N'U') IS NULL
    CREATE TABLE dbo.dialer_export_requests (
        id INT IDENTITY (1, 1) NOT NULL,
        token NVARCHAR(32) NOT NULL,
        export_id INT NOT NULL,
        execution_id INT NULL,
        list_id INT NOT NULL,
        list_made BIT NOT NULL,
        status NVARCHAR(20) NOT NULL,
        items NVARCHAR(MAX) NULL,
        records INT NOT NULL,
        imported INT NULL,
        filtered INT NULL,
        motives NVARCHAR(MAX) NULL,
        total_after INT NULL,
        reason NVARCHAR(500) NULL,
        sent_at DATETIME NOT NULL,
        settled_at DATETIME NULL,
        CONSTRAINT pk_dialer_export_requests PRIMARY KEY CLUSTERED (id),
        CONSTRAINT fk_dialer_export_requests_export_id FOREIGN KEY (export_id) REFERENCES dbo.dialer_exports (id)
    );
GO

-- A request whose transaction is repeated is written once.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.dialer_export_requests', N'U') AND name LIKE N'ux_dialer_export_requests_t%')
    CREATE UNIQUE INDEX ux_dialer_export_requests_token ON dbo.dialer_export_requests (token);
GO

-- What was sent into a list.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.dialer_export_requests', N'U') AND name LIKE N'ix_dialer_export_requests_l%')
    CREATE INDEX ix_dialer_export_requests_list ON dbo.dialer_export_requests (list_id, export_id);
GO

-- What was sent before there was a ledger: one line an export, without counts, so that a list's total proves nothing by it.
INSERT INTO dbo.dialer_export_requests
(token, export_id, execution_id, list_id, list_made, status, records, filtered, motives, reason, sent_at, settled_at)
SELECT
    e.token,
    e.id,
    e.execution_id,
    e.list_id,
    0 AS list_made,
    N'answered' AS status,
    SUM(i.records) AS records,
    e.filtered_records,
    e.motives,
    N'sent before requests were written down' AS reason,
    MAX(i.in_flight_at) AS sent_at,
    MAX(i.in_flight_at) AS settled_at
FROM dbo.dialer_exports AS e
INNER JOIN dbo.dialer_export_items AS i ON e.id = i.export_id
WHERE
    i.in_flight_at IS NOT NULL
    AND e.list_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM dbo.dialer_export_requests AS r WHERE r.export_id = e.id)
GROUP BY e.token, e.id, e.execution_id, e.list_id, e.filtered_records, e.motives;
GO
