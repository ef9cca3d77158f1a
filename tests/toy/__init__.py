"""The toy job: orders of shops, read by a cursor. No days, no campaigns, no setting of 3C Plus.

An order gives one row of `toy_orders` (its key: shop and number) and a row of `toy_lines` for each
of its lines. It shows what a new job costs: this folder, its SQL, and one line of the list.
"""
