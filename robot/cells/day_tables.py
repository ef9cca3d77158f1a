"""The tables that say of days what no reading says: which an operator gave up, and which the
schedule owes.
"""

from robot.cells.columns import Table, datetime, text

DAYS_GIVEN_UP = Table(
    name="days_given_up",
    primary_key=("job", "scope", "day"),
    columns=(
        text("job", 50),
        text("day", 10),  # YYYY-MM-DD
        datetime("given_up_at"),
        text("given_up_by", 255),
        text("scope", 200),
    ),
)

SCHEDULED_DAYS = Table(
    name="scheduled_days",
    primary_key=("job", "scope"),
    columns=(
        text("job", 50),
        text("first_day", 10),  # YYYY-MM-DD
        text("last_day", 10),
        text("scope", 200),
    ),
)
