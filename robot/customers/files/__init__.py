"""People's files, from bytes to cells: a CSV or an XLSX file in, a table of typed cells out.

What a cell or a column means (a key, a phone, an amount) is not known here. What cannot be read for
sure is a value of its own, `Unreadable` or `Doubtful`, never an empty cell.
"""

from robot.customers.files.cells import Cell, Doubtful, Reason, Unreadable
from robot.customers.files.errors import UnreadableFile
from robot.customers.files.opening import open_table
from robot.customers.files.table import Row, Sheet, Table, Visibility

__all__ = [
    "Cell",
    "Doubtful",
    "Reason",
    "Row",
    "Sheet",
    "Table",
    "Unreadable",
    "UnreadableFile",
    "Visibility",
    "open_table",
]
