"""How the records of a window come: in numbered pages, by a cursor, or in one answer.

A pager asks, and notes what it saw as evidence (`robot.sync.evidence`); what that proves is judged
by one pure function for all of them (`robot.sync.verdict`). It knows no API and no database.
"""

from robot.sync.pagers.account import Account as Account
from robot.sync.pagers.account import Begun as Begun
from robot.sync.pagers.cursor import Cursor as Cursor
from robot.sync.pagers.cursor import CursorPage as CursorPage
from robot.sync.pagers.numbered import Numbered as Numbered
from robot.sync.pagers.pager import Pager as Pager
from robot.sync.pagers.pages import Page as Page
from robot.sync.pagers.pages import PageTooLarge as PageTooLarge
from robot.sync.pagers.pages import Source as Source
from robot.sync.pagers.single import Single as Single
