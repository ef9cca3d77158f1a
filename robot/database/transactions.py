"""Transactions that are safe to repeat, repeated.

When the driver says that the connection is lost, a deadlock chose us or a lock did not come in time
(RetriableError), the whole transaction is run again on a fresh connection: also when it broke
during COMMIT and nobody knows whether it holds, because every one of them is idempotent.

A robot that is stopping still writes its batch and its history, but only what the database takes at
once: nothing is tried again, and what cannot be written then is Interrupted.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter

from robot.database.engine import Cells, Engine, OnceMore
from robot.errors import FatalError, Interrupted, RetriableError

log = logging.getLogger(__name__)

T = TypeVar("T")

_ATTEMPTS = 5
_ATTEMPTS_AT_ONCE = 2


def _at_once(state: RetryCallState) -> bool:
    return isinstance(state.outcome.exception() if state.outcome else None, OnceMore)


class Transactions:
    """Runs work on one engine, by one retry policy.

    A lock that it holds is taken again with each new connection.
    """

    def __init__(self, engine: Engine, stop: threading.Event, first_wait: float) -> None:
        self.retries = 0
        self._engine = engine
        self._stop = stop
        self._job: str | None = None
        longer = wait_exponential_jitter(multiplier=first_wait, max=30, jitter=first_wait)
        self._policy = Retrying(
            stop=self._enough,
            wait=lambda state: 0 if _at_once(state) else longer(state),
            retry=retry_if_exception_type(RetriableError),
            before_sleep=self._before_sleep,
            sleep=self._sleep,
            reraise=True,
        )

    def again(self, work: Callable[[], T]) -> T:
        """Run `work` on an open connection; again, bounded, while the error is retriable.

        Raises SyncError, Interrupted.
        """

        def once() -> T:
            try:
                if self._engine.lost():
                    self._reconnect()
                return work()
            except Exception as error:
                # closes what has gone dead: a ROLLBACK there would wait for ever
                meaning = self._engine.translate(error)
                self._engine.rollback()
                if meaning is None:
                    raise
                raise meaning from error

        try:
            return self._policy(once)
        except RetriableError as error:
            if self._stop.is_set():
                raise Interrupted(f"The robot was asked to stop. {error.message}") from error
            raise

    def run(self, work: Callable[[], T], before: Callable[[], None] = lambda: None) -> T:
        """Run `work` in one transaction; ahead of it, on the same connection, `before`.

        Raises SyncError, Interrupted.
        """

        def whole() -> T:
            before()
            self._engine.begin()
            result = work()
            self._engine.commit()
            return result

        return self.again(whole)

    def rows(self, sql: str, parameters: Cells = ()) -> list[tuple[object, ...]]:
        """Every row of a SELECT. Raises SyncError, Interrupted."""

        def read() -> list[tuple[object, ...]]:
            cursor = self._engine.cursor()
            try:
                cursor.execute(sql, tuple(parameters))
                return [tuple(row) for row in cursor.fetchall()]
            finally:
                cursor.close()

        return self.again(read)

    def acquire(self, job: str) -> bool:
        """Take a job's lock, and keep it over lost connections; False when somebody else holds
        it.
        """
        taken = self.again(lambda: self._engine.acquire(job))
        self._job = job if taken else None
        return taken

    def release(self) -> None:
        """Give the lock back."""
        self._job = None
        self._engine.release()

    def _reconnect(self) -> None:
        """Connect, and take the lock again: a connection that came without it is closed, lest
        anything run on it.
        """
        self._engine.connect()
        if self._job is None:
            return
        taken = False
        try:
            taken = self._engine.acquire(self._job)
        finally:
            if not taken:
                self._engine.close()
        if not taken:
            raise FatalError(
                "The connection was lost, and another execution took the lock meanwhile."
            )

    def _enough(self, state: RetryCallState) -> bool:
        most = _ATTEMPTS_AT_ONCE if _at_once(state) else _ATTEMPTS
        return state.attempt_number >= most or self._stop.is_set()

    def _before_sleep(self, state: RetryCallState) -> None:
        self.retries += 1
        error = state.outcome.exception() if state.outcome else None
        log.warning(
            "Database, try %d failed: %s Again in %.1f s.",
            state.attempt_number,
            error,
            state.upcoming_sleep,
        )

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Interrupted("The robot was asked to stop.")
