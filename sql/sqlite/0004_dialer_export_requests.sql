-- Each request that carried contacts: one line for each POST, never changed by counting up. Sums are taken from here.
CREATE TABLE IF NOT EXISTS dialer_export_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token NVARCHAR(32) NOT NULL,
    export_id INT NOT NULL,
    execution_id INT,
    list_id INT NOT NULL,
    list_made BIT NOT NULL,
    status NVARCHAR(20) NOT NULL,
    items "NVARCHAR(MAX)",
    records INT NOT NULL,
    imported INT,
    filtered INT,
    motives "NVARCHAR(MAX)",
    total_after INT,
    reason NVARCHAR(500),
    sent_at DATETIME NOT NULL,
    settled_at DATETIME,
    FOREIGN KEY (export_id) REFERENCES dialer_exports (id)
);

-- A request whose transaction is repeated is written once.
CREATE UNIQUE INDEX IF NOT EXISTS ux_dialer_export_requests_token ON dialer_export_requests (token);

-- What was sent into a list.
CREATE INDEX IF NOT EXISTS ix_dialer_export_requests_list ON dialer_export_requests (list_id, export_id);

-- What was sent before there was a ledger: one line an export, without counts, so that a list's total proves nothing by it.
INSERT INTO dialer_export_requests
(token, export_id, execution_id, list_id, list_made, status, records, filtered, motives, reason, sent_at, settled_at)
SELECT
    e.token,
    e.id,
    e.execution_id,
    e.list_id,
    0 AS list_made,
    'answered' AS status,
    SUM(i.records) AS records,
    e.filtered_records,
    e.motives,
    'sent before requests were written down' AS reason,
    MAX(i.in_flight_at) AS sent_at,
    MAX(i.in_flight_at) AS settled_at
FROM dialer_exports AS e
INNER JOIN dialer_export_items AS i ON e.id = i.export_id
WHERE
    i.in_flight_at IS NOT NULL
    AND e.list_id IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM dialer_export_requests AS r
        WHERE r.export_id = e.id
    )
GROUP BY e.token, e.id, e.execution_id, e.list_id, e.filtered_records, e.motives;
