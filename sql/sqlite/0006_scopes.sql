-- What an execution is limited to is a text of its job's, its scope (of calls: the campaigns, as before; empty = all), and a
-- window has a key, which need not be a day. SQLite cannot change a key: the small tables are made anew, in one transaction.
ALTER TABLE execution_logs ADD COLUMN scope NVARCHAR(200);

-- Executions of the versions before: what they were limited to stands in the spec's column.
UPDATE execution_logs SET scope = campaign_ids
WHERE campaign_ids IS NOT NULL AND job IS NOT NULL;

-- window_key: of most windows the day; day: NULL where the window is none. next_cursor: where to go on, of a list that is
-- read by a cursor.
CREATE TEMPORARY TABLE windows_before AS SELECT
    job,
    campaigns,
    day,
    status,
    api_total,
    distinct_ids,
    stored,
    rejected,
    pages,
    passes,
    detail,
    execution_id,
    started_at,
    finished_at
FROM sync_windows;

DROP TABLE sync_windows;

CREATE TABLE sync_windows (
    job NVARCHAR(50) NOT NULL,
    status NVARCHAR(20) NOT NULL,
    api_total INT,
    distinct_ids INT,
    stored INT,
    rejected INT,
    pages INT,
    passes INT,
    detail "NVARCHAR(MAX)",
    execution_id INT,
    started_at DATETIME,
    finished_at DATETIME,
    scope NVARCHAR(200) NOT NULL,
    window_key NVARCHAR(100) NOT NULL,
    day NVARCHAR(10),
    next_cursor "NVARCHAR(MAX)",
    PRIMARY KEY (job, scope, window_key)
);

INSERT INTO sync_windows
(
    job, status, api_total, distinct_ids, stored, rejected, pages, passes, detail, execution_id, started_at, finished_at,
    scope, window_key, day
)
SELECT
    job,
    status,
    api_total,
    distinct_ids,
    stored,
    rejected,
    pages,
    passes,
    detail,
    execution_id,
    started_at,
    finished_at,
    campaigns AS scope,
    day AS window_key,
    day
FROM windows_before;

DROP TABLE windows_before;

CREATE TEMPORARY TABLE given_up_before AS SELECT
    job,
    campaigns,
    day,
    given_up_at,
    given_up_by
FROM days_given_up;

DROP TABLE days_given_up;

CREATE TABLE days_given_up (
    job NVARCHAR(50) NOT NULL,
    day NVARCHAR(10) NOT NULL,
    given_up_at DATETIME NOT NULL,
    given_up_by NVARCHAR(255),
    scope NVARCHAR(200) NOT NULL,
    PRIMARY KEY (job, scope, day)
);

INSERT INTO days_given_up (job, day, given_up_at, given_up_by, scope)
SELECT
    job,
    day,
    given_up_at,
    given_up_by,
    campaigns
FROM given_up_before;

DROP TABLE given_up_before;

CREATE TEMPORARY TABLE scheduled_before AS SELECT
    job,
    campaigns,
    first_day,
    last_day
FROM scheduled_days;

DROP TABLE scheduled_days;

CREATE TABLE scheduled_days (
    job NVARCHAR(50) NOT NULL,
    first_day NVARCHAR(10) NOT NULL,
    last_day NVARCHAR(10) NOT NULL,
    scope NVARCHAR(200) NOT NULL,
    PRIMARY KEY (job, scope)
);

INSERT INTO scheduled_days (job, first_day, last_day, scope)
SELECT
    job,
    first_day,
    last_day,
    campaigns
FROM scheduled_before;

DROP TABLE scheduled_before;
