-- The toy's tables: an order, and its lines.
CREATE TABLE IF NOT EXISTS toy_orders (
    shop NVARCHAR(50) NOT NULL,
    number INT NOT NULL,
    customer NVARCHAR(255),
    created_at DATETIME,
    updated_at DATETIME,
    extra "NVARCHAR(MAX)",
    row_hash NVARCHAR(32),
    record_hash NVARCHAR(32),
    CONSTRAINT PK_toy_orders PRIMARY KEY (shop, number)
);

CREATE TABLE IF NOT EXISTS toy_lines (
    shop NVARCHAR(50) NOT NULL,
    number INT NOT NULL,
    place INT NOT NULL,
    product NVARCHAR(255),
    amount INT,
    created_at DATETIME,
    updated_at DATETIME,
    extra "NVARCHAR(MAX)",
    row_hash NVARCHAR(32),
    CONSTRAINT PK_toy_lines PRIMARY KEY (shop, number, place)
);
