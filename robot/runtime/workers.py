"""A few threads that serve several lines of work: the first line before the others.

A line is one thing that is read from its beginning to its end, like a window. What it asks for is
done by the pool's threads; what it makes of the answers waits in the line until its consumer takes
it. The lines behind the first use the threads that it leaves idle, one less than there are, and
only until enough waits in them. So the first line always finds a thread, and memory is bounded.

All are daemon threads, not an executor's: when the operator presses Ctrl+C, nobody waits for an
answer that is under way.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, Self, TypeVar

from robot.errors import Interrupted

E = TypeVar("E")
T = TypeVar("T")
R = TypeVar("R")

_FEW_BYTES = 8 * 1024 * 1024  # so many may always wait in a line, while its consumer is busy
_MANY_ITEMS = 8  # for each thread: more wait in no line, however small they are
_MOST_BYTES_AHEAD = 32 * 1024 * 1024  # of what waits in the lines behind the first one
_TURN_SECONDS = 0.2  # of a wait: on Windows a wait without an end would keep Ctrl+C waiting


class Later(Exception):
    """Raised by a task of a line that is not the first: there is no room for what it would bring.

    The task is done again when its line is the first one.
    """


@dataclass(frozen=True)
class _Task:
    """Raises nothing but Later; `drop` answers it without doing it."""

    run: Callable[[], None]
    drop: Callable[[], None]


class Pool:
    """`size` threads for its lines."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.change = threading.Condition()
        self.closed = False
        self._lines: list[Line[Any]] = []
        self._busy = 0
        for number in range(size):
            threading.Thread(target=self._work, name=f"worker-{number + 1}", daemon=True).start()

    def line(self, weigh: Callable[[Any], int] = lambda _: 0, *, first: bool = False) -> Line[Any]:
        """A new line: the last one, or the first. `weigh` says how many bytes an item takes."""
        line: Line[Any] = Line(self, weigh)
        with self.change:
            self._lines.insert(0 if first else len(self._lines), line)
        return line

    def put_first(self, line: Line[Any]) -> None:
        """Serve this line before the others from now on."""
        with self.change:
            self._lines.remove(line)
            self._lines.insert(0, line)
            self.change.notify_all()

    def close(self) -> None:
        """Let the threads end after what they are at. What is asked for from now on is answered
        with Interrupted: nobody waits for a thread that has ended.
        """
        with self.change:
            self.closed = True
            for line in list(self._lines):
                line.leave()
            self.change.notify_all()

    def forget(self, line: Line[Any]) -> None:
        """The line is no more. Under the lock."""
        if line in self._lines:
            self._lines.remove(line)

    def is_ahead(self, line: Line[Any]) -> bool:
        """Whether another line comes before this one. Without the lock: it may be called by one who
        holds another.
        """
        lines = tuple(self._lines)
        return bool(lines) and lines[0] is not line

    def wants_a_line(self) -> bool:
        """Whether a thread is idle that one more line could use. Under the lock."""
        unfinished = self._unfinished()
        wanted = sum(line.wanted for line in self._lines)
        of_the_first = unfinished.wanted if unfinished else 1
        return (
            not self.closed
            and wanted < self.size
            and wanted - of_the_first < self.size - 1
            and self._has_room()
        )

    def _unfinished(self) -> Line[Any] | None:
        """The first line that still asks for something."""
        return next((line for line in self._lines if not line.over), None)

    def _has_room(self) -> bool:
        """Whether one item more may come to wait behind the first line; of each task under way the
        worst is expected.
        """
        behind = self._lines[1:]
        coming = sum(line.under_way + line.in_hand for line in behind)
        heaviest = max((line.heaviest for line in self._lines), default=0)
        expected = sum(line.bytes for line in behind) + coming * heaviest
        items = sum(len(line.ready) for line in behind) + coming
        return items < 2 * self.size and expected < _MOST_BYTES_AHEAD

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            line, task = taken
            token = _current.set(line)
            try:
                task.run()
            except Later:
                line.put_back(task)
            finally:
                _current.reset(token)
                with self.change:
                    self._busy -= 1
                    line.busy -= 1
                    self.change.notify_all()

    def _take(self) -> tuple[Line[Any], _Task] | None:
        with self.change:
            while not self.closed:
                line = self._next()
                if line is not None:
                    self._busy += 1
                    return line, line.begin()
                self.change.wait()
        return None

    def _next(self) -> Line[Any] | None:
        """The line whose task is done next."""
        if not self._lines or self._lines[0].tasks:
            return self._lines[0] if self._lines else None
        if sum(line.under_way for line in self._lines) >= self.size or not self._has_room():
            return None
        unfinished = self._unfinished()
        of_the_first = unfinished.busy if unfinished else 0
        for line in self._lines[1:]:
            may = line is unfinished or self._busy - of_the_first < self.size - 1
            if line.tasks and not line.waits and may:
                return line
        return None


class Line(Generic[E]):
    """One line of work. Its own thread iterates over `items`, which ask by `call` and `unordered`;
    one other thread takes what they gave, by `events`.

    The attributes belong to the pool, and to those who hold its lock.
    """

    def __init__(self, pool: Pool, weigh: Callable[[E], int]) -> None:
        self.over = False  # nothing more will be asked for
        self.waits = False  # for being the first: there is no room for what it would bring
        self.failure: BaseException | None = None
        self.tasks: deque[_Task] = deque()
        self.ready: deque[E] = deque()
        self.bytes = 0
        self.heaviest = 0
        self.busy = 0  # threads that do its tasks
        self.under_way = 0  # tasks begun whose results are not taken yet
        self.in_hand = False  # a result is taken, and may become an item
        self._asked = 0  # tasks whose results are not taken yet
        self._full = False
        self._left = False
        self._pool = pool
        self._weigh = weigh
        self._change = pool.change

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """What it has is wanted no more."""
        with self._change:
            self._left = self.over = True
            self._pool.forget(self)
            tasks = list(self.tasks)
            self.tasks.clear()
            self.ready.clear()
            self.bytes = 0
            self._change.notify_all()
        for task in tasks:
            task.drop()

    @property
    def wanted(self) -> int:
        """How many threads it uses, or will use at once."""
        return 0 if self.over else max(self._asked, 0 if self._full else 1)

    @property
    def is_ahead(self) -> bool:
        """Whether another line comes before it."""
        return self._pool.is_ahead(self)

    # -- for its items

    def call(self, function: Callable[[], R]) -> R:
        """Call it in a thread of the pool. Raises what it raises, and Interrupted."""
        _, outcome = next(self.unordered(lambda _: function(), [None]))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def unordered(
        self, function: Callable[[T], R], items: Iterable[T]
    ) -> Iterator[tuple[T, R | Exception]]:
        """Yield (item, result or exception), in the order in which they are ready. As many are
        asked for at once as the pool has threads; the next is taken when one is ready.

        `items` may have more to give once the consumer has seen a result, also after it had none.
        When the line or the pool is closed every further item comes back with Interrupted.
        """
        results: queue.SimpleQueue[tuple[T, R | Exception, bool]] = queue.SimpleQueue()
        remaining = iter(items)
        asked = 0

        def fill() -> None:
            nonlocal asked
            for item in islice(remaining, self._pool.size - asked):
                asked += 1
                self._submit(_task(function, item, results))

        fill()
        while asked:
            self._free_hand()
            item, outcome, begun = results.get()
            asked -= 1
            self._came(begun=begun)
            fill()
            yield item, outcome
            fill()

    def _submit(self, task: _Task) -> None:
        with self._change:
            self._asked += 1
            gone = self._left or self._pool.closed
            if not gone:
                self.tasks.append(task)
                self._change.notify_all()
        if gone:
            task.drop()

    def _came(self, *, begun: bool) -> None:
        with self._change:
            self._asked -= 1
            if begun:
                self.under_way -= 1
                self.in_hand = True

    def _free_hand(self) -> None:
        with self._change:
            if self.in_hand:
                self.in_hand = False
                self._change.notify_all()

    # -- for the pool

    def begin(self) -> _Task:
        """Its next task, begun. Under the lock."""
        self.under_way += 1
        self.busy += 1
        return self.tasks.popleft()

    def put_back(self, task: _Task) -> None:
        """The task is done again when the line is the first."""
        with self._change:
            self.under_way -= 1
            self.waits = True
            left = self._left
            if not left:
                self.tasks.appendleft(task)
        if left:
            task.drop()

    # -- for who runs it, and takes what it gives

    def run(self, items: Iterator[E]) -> None:
        """Iterate in a thread of its own, before the consumer: by as many items as the pool has
        threads, by more where they are small.
        """

        def run() -> None:
            try:
                for item in items:
                    if not self._put(item):
                        return
            except BaseException as error:
                self.failure = error
            finally:
                with self._change:
                    self.over, self.in_hand = True, False
                    self._change.notify_all()

        threading.Thread(target=run, name="reader", daemon=True).start()

    def events(
        self, stop: threading.Event, on_idle: Callable[[], bool] | None = None
    ) -> Iterator[E]:
        """What the items gave, in their order; then their exception is raised here.

        `on_idle` is called when the pool could use one more line, until it returns False. Raises
        Interrupted as soon as `stop` is set and nothing is ready: an answer that is under way may
        take minutes.
        """
        while True:
            with self._change:
                while not self.ready and not self.over:
                    if stop.is_set():
                        raise Interrupted("The robot was asked to stop.")
                    if on_idle is not None and self._pool.wants_a_line():
                        break
                    self._change.wait(_TURN_SECONDS)
                idle = on_idle is not None and self._pool.wants_a_line()
                items = [] if idle or not self.ready else [self._pop()]
                end = not items and not idle and self.over
            if idle and on_idle is not None and not on_idle():
                on_idle = None
            yield from items
            if end:
                break
        if self.failure is not None:
            raise self.failure

    def _pop(self) -> E:
        item = self.ready.popleft()
        self.bytes -= self._weigh(item)
        self._full = False
        self._change.notify_all()
        return item

    def _is_full(self) -> bool:
        few, waiting = self._pool.size, len(self.ready)
        return waiting >= few and (waiting >= _MANY_ITEMS * few or self.bytes >= _FEW_BYTES)

    def _put(self, item: E) -> bool:
        with self._change:
            while self._is_full() and not self._left:
                self._full = True
                self._change.wait()
            if self._left:
                return False
            self.in_hand = False
            self.ready.append(item)
            weight = self._weigh(item)
            self.bytes += weight
            self.heaviest = max(self.heaviest, weight)
            self._change.notify_all()
        return True


def _task(
    function: Callable[[T], R],
    item: T,
    results: queue.SimpleQueue[tuple[T, R | Exception, bool]],
) -> _Task:
    def run() -> None:
        try:
            results.put((item, function(item), True))
        except Later:
            raise
        except Exception as error:
            results.put((item, error, True))

    def drop() -> None:
        results.put((item, Interrupted("The reading ended before its time."), False))

    return _Task(run, drop)


_current: ContextVar[Line[Any] | None] = ContextVar("line", default=None)


def current_line() -> Line[Any] | None:
    """The line whose task this thread does."""
    return _current.get()


def is_ahead(line: Line[Any] | None) -> bool:
    """Whether another line of the same pool comes before this one."""
    return line is not None and line.is_ahead
