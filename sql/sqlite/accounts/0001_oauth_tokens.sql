-- The tokens that open the outside systems, encrypted: one row an account. `secret` is readable with the key that `key_id`
-- names, which is never in the database. The moments are UTC, with their offset.
CREATE TABLE IF NOT EXISTS oauth_tokens (
    system NVARCHAR(30) NOT NULL,
    account NVARCHAR(200) NOT NULL,
    generation INT NOT NULL,
    secret NVARCHAR,
    key_id NVARCHAR(32),
    issued_at NVARCHAR(40),
    expires_at NVARCHAR(40),
    details NVARCHAR,
    code_hash NVARCHAR(64),
    sent_at NVARCHAR(40),
    lost_at NVARCHAR(40),
    updated_at NVARCHAR(40) NOT NULL,
    PRIMARY KEY (system, account)
);
