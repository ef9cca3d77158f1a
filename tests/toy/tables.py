"""The toy's tables: an order, found by its shop and number, and its lines."""

from __future__ import annotations

from robot.cells.columns import datetime, integer, text
from robot.cells.rows import Family, RowTable, hash_columns

_STAMPS = (datetime("created_at"), datetime("updated_at"))

ORDERS = RowTable(
    name="toy_orders",
    key=("shop", "number"),
    traced=True,
    columns=(
        *(text("shop", 50), integer("number"), text("customer", 255)),
        *(*_STAMPS, text("extra"), *hash_columns(traced=True)),
    ),
)
LINES = RowTable(
    name="toy_lines",
    key=("shop", "number", "place"),
    owner=("shop", "number"),
    columns=(
        *(text("shop", 50), integer("number"), integer("place")),
        *(text("product", 255), integer("amount")),
        *(*_STAMPS, text("extra"), *hash_columns()),
    ),
)
FAMILY = Family(ORDERS, None, None, (LINES,))
