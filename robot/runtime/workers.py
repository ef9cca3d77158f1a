"""Threads: a few that do the same thing to many items, and one that runs ahead of its consumer.

They are daemon threads, not an executor's: when the operator presses Ctrl+C, nobody waits for an
answer that is under way.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from typing import Generic, TypeVar

from robot.errors import Interrupted

T = TypeVar("T")
R = TypeVar("R")


class Workers(Generic[T, R]):
    """`size` threads that apply functions to items; results come in the order in which they are
    ready.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        for number in range(size):
            threading.Thread(target=self._work, name=f"worker-{number + 1}", daemon=True).start()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()

    def close(self) -> None:
        """Let the threads end after the items that they were given."""
        with self._lock:
            self._closed = True
            for _ in range(self._size):
                self._tasks.put(None)

    def unordered(
        self, function: Callable[[T], R], items: Iterable[T]
    ) -> Iterator[tuple[T, R | Exception]]:
        """Yield (item, result or exception). At most `size` items are under way; the next is taken
        when one is ready.

        `items` may have more to give once the consumer has seen a result, also after it had none.
        After `close` every further item comes back with Interrupted: nobody waits for a thread that
        has ended.
        """
        results: queue.SimpleQueue[tuple[T, R | Exception]] = queue.SimpleQueue()

        def submit(item: T) -> None:
            def task() -> None:
                try:
                    results.put((item, function(item)))
                except Exception as error:
                    results.put((item, error))

            with self._lock:
                if self._closed:
                    results.put((item, Interrupted("The reading ended before its time.")))
                else:
                    self._tasks.put(task)

        remaining = iter(items)
        under_way = 0

        def fill() -> None:
            nonlocal under_way
            for item in islice(remaining, self._size - under_way):
                submit(item)
                under_way += 1

        fill()
        while under_way:
            ready = results.get()
            under_way -= 1
            fill()
            yield ready
            fill()


_END = object()


def ahead(items: Iterator[T], size: int, stop: threading.Event) -> Generator[T, None, None]:
    """Iterate in a thread of its own, at most `size` items before the consumer; its exception is
    raised here.

    Raises Interrupted as soon as `stop` is set and no item is ready: an answer that is under way
    may take minutes.
    """
    ready: queue.Queue[object] = queue.Queue(size)
    abandoned = threading.Event()

    def put(item: object) -> bool:
        while not abandoned.is_set():
            try:
                ready.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def run() -> None:
        try:
            for item in items:
                if not put(item):
                    return
            put(_END)
        except BaseException as error:
            put(_Raised(error))

    threading.Thread(target=run, name="reader", daemon=True).start()
    try:
        while (item := _take(ready, stop)) is not _END:
            if isinstance(item, _Raised):
                raise item.error
            yield item  # type: ignore[misc]
    finally:
        abandoned.set()


class _Raised:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _take(ready: queue.Queue[object], stop: threading.Event) -> object:
    """Wait in short turns: on Windows a bare `get()` would keep Ctrl+C waiting."""
    while True:
        try:
            return ready.get(timeout=0.2)
        except queue.Empty:
            if stop.is_set():
                raise Interrupted("The robot was asked to stop.") from None
