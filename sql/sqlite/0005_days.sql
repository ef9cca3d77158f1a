-- Days that nobody could prove, and that an operator gave up: they are no longer told, nor caught up. A day that is proven
-- later loses its line here.
CREATE TABLE IF NOT EXISTS days_given_up (
    job NVARCHAR(50) NOT NULL,
    campaigns NVARCHAR(100) NOT NULL,
    day NVARCHAR(10) NOT NULL,
    given_up_at DATETIME NOT NULL,
    given_up_by NVARCHAR(255),
    PRIMARY KEY (job, campaigns, day)
);

-- The days that the schedule owes, of each job and campaigns: all from the first to the last one that it came to. A day
-- in between that was never read was missed; a day outside was never asked for.
CREATE TABLE IF NOT EXISTS scheduled_days (
    job NVARCHAR(50) NOT NULL,
    campaigns NVARCHAR(100) NOT NULL,
    first_day NVARCHAR(10) NOT NULL,
    last_day NVARCHAR(10) NOT NULL,
    PRIMARY KEY (job, campaigns)
);
