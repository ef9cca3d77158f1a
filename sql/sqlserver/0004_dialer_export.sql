-- Clients, and what is sent to the dialer. Each table, index and view is created when it is missing.
SET NOCOUNT ON;
GO

-- The clients that may be sent to the dialer, one line each.
IF OBJECT_ID(N'dbo.clients', N'U') IS NULL
    CREATE TABLE dbo.clients (
        id INT IDENTITY (1, 1) NOT NULL,
        external_id NVARCHAR(50) NOT NULL,
        name NVARCHAR(255) NULL,
        cpf NVARCHAR(14) NULL,
        phones NVARCHAR(500) NULL,
        email NVARCHAR(255) NULL,
        creditor NVARCHAR(255) NULL,
        open_amount NVARCHAR(20) NULL,
        address NVARCHAR(500) NULL,
        uf NVARCHAR(2) NULL,
        notes NVARCHAR(MAX) NULL,
        status NVARCHAR(50) NULL,
        created_at DATETIME NULL,
        updated_at DATETIME NULL,
        extra NVARCHAR(MAX) NULL,
        row_hash NVARCHAR(32) NULL,
        CONSTRAINT pk_clients PRIMARY KEY CLUSTERED (id)
    );
GO

-- What was sent to the dialer: one line for each list of contacts.
IF OBJECT_ID(N'dbo.dialer_exports', N'U') IS NULL
    CREATE TABLE dbo.dialer_exports (
        id INT IDENTITY (1, 1) NOT NULL,
        token NVARCHAR(32) NOT NULL,
        execution_id INT NULL,
        campaign_id INT NOT NULL,
        list_name NVARCHAR(255) NOT NULL,
        list_id INT NULL,
        list_total_before INT NULL,
        weight INT NULL,
        selection NVARCHAR(MAX) NULL,
        motives NVARCHAR(MAX) NULL,
        filtered_records INT NULL,
        created_at DATETIME NOT NULL,
        finished_at DATETIME NULL,
        CONSTRAINT pk_dialer_exports PRIMARY KEY CLUSTERED (id)
    );
GO

-- Each contact of an export, and what became of it.
IF OBJECT_ID(N'dbo.dialer_export_items', N'U') IS NULL
    CREATE TABLE dbo.dialer_export_items (
        id INT IDENTITY (1, 1) NOT NULL,
        export_id INT NOT NULL,
        campaign_id INT NOT NULL,
        external_id NVARCHAR(50) NOT NULL,
        status NVARCHAR(20) NOT NULL,
        reason NVARCHAR(500) NULL,
        records INT NOT NULL,
        payload NVARCHAR(MAX) NOT NULL,
        execution_id INT NULL,
        created_at DATETIME NOT NULL,
        in_flight_at DATETIME NULL,
        settled_at DATETIME NULL,
        CONSTRAINT pk_dialer_export_items PRIMARY KEY CLUSTERED (id),
        CONSTRAINT fk_dialer_export_items_export_id FOREIGN KEY (export_id) REFERENCES dbo.dialer_exports (id)
    );
GO

-- A client is one line, however often it is imported.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.clients', N'U') AND name LIKE N'ux_clients_external_id%')
    CREATE UNIQUE INDEX ux_clients_external_id ON dbo.clients (external_id);
GO

-- An export whose transaction is repeated is written once.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.dialer_exports', N'U') AND name LIKE N'ux_dialer_exports_token%')
    CREATE UNIQUE INDEX ux_dialer_exports_token ON dbo.dialer_exports (token);
GO

-- A client is at most once in an export.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.dialer_export_items', N'U') AND name LIKE N'ux_dialer_export_items_clie%')
    CREATE UNIQUE INDEX ux_dialer_export_items_client ON dbo.dialer_export_items (export_id, external_id);
GO

-- Who was sent to a campaign before.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.dialer_export_items', N'U') AND name LIKE N'ix_dialer_export_items_camp%')
    CREATE INDEX ix_dialer_export_items_campaign ON dbo.dialer_export_items (campaign_id, external_id);
GO

-- The calls that came of a contact.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.mailing_data', N'U') AND name LIKE N'ix_mailing_data_identifier%')
    CREATE INDEX ix_mailing_data_identifier ON dbo.mailing_data (identifier);
GO

-- What came of each export: its contacts, and how many of them were dialled, spoke with an agent, were qualified, converted.
IF OBJECT_ID(N'dbo.export_results', N'V') IS NULL
    EXEC (N'CREATE VIEW dbo.export_results AS
WITH came_of AS (
    SELECT
        si.id AS item_id,
        COUNT(*) AS calls,
        MAX(CASE WHEN c.has_agent = 1 THEN 1 ELSE 0 END) AS answered,
        MAX(CASE WHEN c.qualification IS NOT NULL THEN 1 ELSE 0 END) AS qualified,
        MAX(CASE WHEN c.is_conversion = 1 THEN 1 ELSE 0 END) AS converted
    FROM dbo.dialer_export_items AS si
    INNER JOIN dbo.dialer_exports AS se ON si.export_id = se.id
    INNER JOIN dbo.mailing_data AS m
        ON si.external_id COLLATE DATABASE_DEFAULT = m.identifier COLLATE DATABASE_DEFAULT AND se.list_id = m.list_id
    INNER JOIN dbo.calls AS c
        ON m.call_id COLLATE DATABASE_DEFAULT = c.id COLLATE DATABASE_DEFAULT AND si.in_flight_at <= c.call_date
    GROUP BY si.id
)

SELECT
    e.id AS export_id,
    e.created_at,
    e.campaign_id,
    e.list_id,
    e.list_name,
    COUNT(*) AS contacts,
    SUM(CASE WHEN i.status = ''pending'' THEN 1 ELSE 0 END) AS pending,
    SUM(CASE WHEN i.status = ''sent'' THEN 1 ELSE 0 END) AS sent,
    SUM(CASE WHEN i.status = ''filtered'' THEN 1 ELSE 0 END) AS filtered,
    SUM(CASE WHEN i.status = ''rejected'' THEN 1 ELSE 0 END) AS rejected,
    SUM(CASE WHEN i.status IN (''unknown'', ''in flight'') THEN 1 ELSE 0 END) AS unknown,
    SUM(CASE WHEN r.calls > 0 THEN 1 ELSE 0 END) AS dialled,
    SUM(COALESCE(r.answered, 0)) AS answered,
    SUM(COALESCE(r.qualified, 0)) AS qualified,
    SUM(COALESCE(r.converted, 0)) AS converted,
    SUM(COALESCE(r.calls, 0)) AS calls
FROM dbo.dialer_exports AS e
INNER JOIN dbo.dialer_export_items AS i ON e.id = i.export_id
LEFT JOIN came_of AS r ON i.id = r.item_id
GROUP BY e.id, e.created_at, e.campaign_id, e.list_id, e.list_name');
GO
