-- The clients that may be sent to the dialer, one line each.
CREATE TABLE IF NOT EXISTS clients (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    external_id NVARCHAR(50) NOT NULL,
    name NVARCHAR(255),
    cpf NVARCHAR(14),
    phones NVARCHAR(500),
    email NVARCHAR(255),
    creditor NVARCHAR(255),
    open_amount NVARCHAR(20),
    address NVARCHAR(500),
    uf NVARCHAR(2),
    notes "NVARCHAR(MAX)",
    status NVARCHAR(50),
    created_at DATETIME,
    updated_at DATETIME,
    extra "NVARCHAR(MAX)",
    row_hash NVARCHAR(32)
);

-- What was sent to the dialer: one line for each list of contacts.
CREATE TABLE IF NOT EXISTS dialer_exports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token NVARCHAR(32) NOT NULL,
    execution_id INT,
    campaign_id INT NOT NULL,
    list_name NVARCHAR(255) NOT NULL,
    list_id INT,
    list_total_before INT,
    weight INT,
    selection "NVARCHAR(MAX)",
    motives "NVARCHAR(MAX)",
    filtered_records INT,
    created_at DATETIME NOT NULL,
    finished_at DATETIME
);

-- Each contact of an export, and what became of it.
CREATE TABLE IF NOT EXISTS dialer_export_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    export_id INT NOT NULL,
    campaign_id INT NOT NULL,
    external_id NVARCHAR(50) NOT NULL,
    status NVARCHAR(20) NOT NULL,
    reason NVARCHAR(500),
    records INT NOT NULL,
    payload "NVARCHAR(MAX)" NOT NULL,
    execution_id INT,
    created_at DATETIME NOT NULL,
    in_flight_at DATETIME,
    settled_at DATETIME,
    FOREIGN KEY (export_id) REFERENCES dialer_exports (id)
);

-- A client is one line, however often it is imported.
CREATE UNIQUE INDEX IF NOT EXISTS ux_clients_external_id ON clients (external_id);

-- An export whose transaction is repeated is written once.
CREATE UNIQUE INDEX IF NOT EXISTS ux_dialer_exports_token ON dialer_exports (token);

-- A client is at most once in an export.
CREATE UNIQUE INDEX IF NOT EXISTS ux_dialer_export_items_client ON dialer_export_items (export_id, external_id);

-- Who was sent to a campaign before.
CREATE INDEX IF NOT EXISTS ix_dialer_export_items_campaign ON dialer_export_items (campaign_id, external_id);

-- The calls that came of a contact.
CREATE INDEX IF NOT EXISTS ix_mailing_data_identifier ON mailing_data (identifier);

-- What came of each export: its contacts, and how many of them were dialled, spoke with an agent, were qualified, converted.
CREATE VIEW IF NOT EXISTS export_results AS
WITH came_of AS (
    SELECT
        si.id AS item_id,
        COUNT(*) AS calls,
        MAX(CASE WHEN c.has_agent = 1 THEN 1 ELSE 0 END) AS answered,
        MAX(CASE WHEN c.qualification IS NOT NULL THEN 1 ELSE 0 END) AS qualified,
        MAX(CASE WHEN c.is_conversion = 1 THEN 1 ELSE 0 END) AS converted
    FROM dialer_export_items AS si
    INNER JOIN dialer_exports AS se ON si.export_id = se.id
    INNER JOIN mailing_data AS m ON si.external_id = m.identifier AND se.list_id = m.list_id
    INNER JOIN calls AS c ON m.call_id = c.id AND si.in_flight_at <= c.call_date
    GROUP BY si.id
)

SELECT
    e.id AS export_id,
    e.created_at,
    e.campaign_id,
    e.list_id,
    e.list_name,
    COUNT(*) AS contacts,
    SUM(CASE WHEN i.status = 'pending' THEN 1 ELSE 0 END) AS pending,
    SUM(CASE WHEN i.status = 'sent' THEN 1 ELSE 0 END) AS sent,
    SUM(CASE WHEN i.status = 'filtered' THEN 1 ELSE 0 END) AS filtered,
    SUM(CASE WHEN i.status = 'rejected' THEN 1 ELSE 0 END) AS rejected,
    SUM(CASE WHEN i.status IN ('unknown', 'in flight') THEN 1 ELSE 0 END) AS unknown,
    SUM(CASE WHEN r.calls > 0 THEN 1 ELSE 0 END) AS dialled,
    SUM(COALESCE(r.answered, 0)) AS answered,
    SUM(COALESCE(r.qualified, 0)) AS qualified,
    SUM(COALESCE(r.converted, 0)) AS converted,
    SUM(COALESCE(r.calls, 0)) AS calls
FROM dialer_exports AS e
INNER JOIN dialer_export_items AS i ON e.id = i.export_id
LEFT JOIN came_of AS r ON i.id = r.item_id
GROUP BY e.id, e.created_at, e.campaign_id, e.list_id, e.list_name;
