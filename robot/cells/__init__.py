"""Columns, rows, and the readers of single values: what a cell may hold, and its JSON text.

Pure: no I/O, no API, no database. What a cell means to Brazilians stands in `robot.brazil`.
"""
