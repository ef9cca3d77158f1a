"""New tokens for old ones: what is asked, what is committed when, and what follows of each answer.

A refresh token serves once. So, with the account's lock held: the store notes that a request is
sent; the request is sent; the new pair is committed before anybody uses it. Where the answer is
lost on its way, or the process is killed before the commit, the old token is tried once more: then
it either works, or only a new authorization helps, and that is stored and told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from robot.accounts import Stored, Tokens, TokenStore
from robot.errors import FatalError, RobotError
from robot.gohighlevel.authorization import hash_of_code
from robot.gohighlevel.errors import AGAIN, GrantRefused, TokenLost
from robot.gohighlevel.token_call import Client, TokenCall
from robot.http import ApiUnavailable, NotSent, RateLimited

log = logging.getLogger(__name__)

_NOT_STORED = "an earlier request for new tokens was sent, and its answer was never stored"


class Renewal:
    """Renews the tokens of one account. One thread at a time."""

    def __init__(self, store: TokenStore, call: TokenCall, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._call = call
        self._clock = clock
        self._unsaved: tuple[Tokens, int, str | None] | None = None

    def renewed(self, client: Client, than: int) -> Stored:
        """Newer tokens than those of generation `than`: another's, where they stand already.

        Raises TokenLost, LocationInactive, another FatalError; NotSent, which may be tried again;
        ConfigurationError.
        """
        with self._store.held():
            self.save_kept()
            stored = self._store.read()
            if stored.tokens is None:
                raise TokenLost("The stored token was removed meanwhile.", AGAIN)
            if stored.generation > than and not stored.tokens.is_due(self._clock()):
                return stored
            return self._refreshed(client, stored, stored.tokens)

    def exchanged(self, client: Client, code: str) -> Stored:
        """The tokens of an authorization code; what stands, where it was used before.

        Raises as `renewed` does, and GrantRefused.
        """
        code_hash = hash_of_code(code)
        with self._store.held():
            self.save_kept()
            stored = self._store.read()
            if stored.code_hash == code_hash:
                return stored
            self._store.note_sent()
            try:
                tokens = self._answer(lambda: self._call.exchange(client, code), stored)
            except GrantRefused:
                if stored.tokens is None or stored.lost:
                    raise
                log.warning(
                    "The code in GHL_AUTHORIZATION_CODE serves no more; the stored token is used."
                )
                self._store.note_code(code_hash)
                return replace(stored, code_hash=code_hash)
            return self._save(tokens, stored.generation, code_hash)

    def save_kept(self) -> None:
        """Store what could not be stored when it was received. Raises SyncError."""
        if self._unsaved is not None:
            tokens, after, code_hash = self._unsaved
            self._store.save(tokens, after=after, code_hash=code_hash)
            self._unsaved = None

    def _refreshed(self, client: Client, stored: Stored, old: Tokens) -> Stored:
        if stored.lost:
            raise TokenLost("The stored token of GoHighLevel serves no more.", AGAIN)
        client = client if client.secret else replace(client, secret=old.client_secret)
        self._store.note_sent()
        try:
            tokens = self._answer(lambda: self._call.refresh(client, old.refresh_token), stored)
        except GrantRefused as error:
            now = self._store.read()
            if now.generation > stored.generation:
                return now
            self._store.note_lost()
            why = f" The reason: {_NOT_STORED}." if stored.sent or _unsure(error) else ""
            raise TokenLost(
                f"GoHighLevel takes the stored token no more.{why} {error.message}", AGAIN
            ) from None
        return self._save(tokens, stored.generation, None)

    def _answer(self, ask: Callable[[], Tokens], stored: Stored) -> Tokens:
        """The answer, or the error that stands for it; asked once more where the first answer was
        lost.
        """
        try:
            return self._once(ask, settles=not stored.sent)
        except NotSent:
            raise
        except ApiUnavailable as error:
            log.warning("The answer with the new token was lost: %s Once more.", error.message)
        try:
            return self._once(ask, settles=False)
        except GrantRefused as error:
            error.add_note(_NOT_STORED)
            raise
        except NotSent:
            raise
        except ApiUnavailable as error:
            # the request that needs the token was not sent, and may be tried again
            raise NotSent(error.message, error.hint, retry_after=error.retry_after) from None

    def _once(self, ask: Callable[[], Tokens], *, settles: bool) -> Tokens:
        """Ask. `settles`: an answer that changed nothing leaves no doubt behind."""
        try:
            return ask()
        except (FatalError, NotSent, RateLimited):
            if settles:
                self._store.note_settled()
            raise

    def _save(self, tokens: Tokens, after: int, code_hash: str | None) -> Stored:
        self._unsaved = (tokens, after, code_hash)
        try:
            self.save_kept()
        except RobotError as error:
            log.error(  # noqa: TRY400 - told with its reason, the traceback follows
                "The new token of GoHighLevel could not be stored: %s It is kept in memory, and"
                " lost when this process ends.",
                error,
            )
            raise
        return self._store.read()


def _unsure(error: BaseException) -> bool:
    return _NOT_STORED in getattr(error, "__notes__", ())
