"""The tokens that open the outside systems: kept encrypted, renewed by one process at a time.

Knows no system: a store is told the system's name and the account. Who asks a system for tokens
is the system's own package.
"""

from robot.accounts.keys import Key, KeyRing, key_of, new_key
from robot.accounts.opening import file_store, token_store
from robot.accounts.rotation import rotate
from robot.accounts.store import TokenStore
from robot.accounts.tokens import Stored, Tokens

__all__ = [
    "Key",
    "KeyRing",
    "Stored",
    "TokenStore",
    "Tokens",
    "file_store",
    "key_of",
    "new_key",
    "rotate",
    "token_store",
]
