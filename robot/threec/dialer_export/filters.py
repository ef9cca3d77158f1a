"""The filters that compare words: what is asked for, and the statuses that protect a client."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from robot.cells.words import canonical, compared, guarded
from robot.database import Repository
from robot.settings import BLOCKED_BY_DEFAULT

_MOST = 5  # similar statuses that are told
_STATE = "blocked words that a client had"  # in robot_state: a list in JSON


def asked_for(wanted: str, value: str) -> bool:
    """Whether a value is the word asked for; an empty one asks for nothing."""
    return not wanted or compared(wanted) == compared(value)


@dataclass
class Blocked:
    """The statuses that protect, as guarded words; what was seen of them among the clients.

    `absent`: words of which no client was seen. `similar`: statuses that hold a blocked word and
    are none, with the number of clients.
    """

    words: dict[str, str]
    protected: set[str] = field(default_factory=set)
    absent: tuple[str, ...] = ()
    similar: Counter[str] = field(default_factory=Counter)

    @classmethod
    def among(cls, statuses: Iterable[tuple[str, str]], words: Sequence[str]) -> Blocked:
        """Look at every client's external_id and status."""
        found = cls({guarded(word): word for word in words})
        seen: set[str] = set()
        for external_id, status in statuses:
            word = guarded(status) if status else ""
            if not word:
                continue
            if word in found.words:
                seen.add(word)
                found.protected.add(canonical(external_id))
            elif any(blocked in word for blocked in found.words):
                found.similar[status] += 1
        found.absent = tuple(word for form, word in found.words.items() if form not in seen)
        return found

    @property
    def seen(self) -> tuple[str, ...]:
        """The words of which there is a client."""
        return tuple(word for word in self.words.values() if word not in self.absent)


def remember(repository: Repository, blocked: Blocked) -> None:
    """Keep the words of which a client was seen: a word that nobody has today may have been
    somebody's once.
    """
    known = _known(repository)
    if new := {guarded(word) for word in blocked.seen} - known:
        repository.remember(_STATE, json.dumps(sorted(known | new), ensure_ascii=False))


def warnings(repository: Repository, blocked: Blocked) -> list[str]:
    """What may be wrong with the blocked words.

    The words that the robot comes with need not be anybody's.
    """
    told = [
        f"{count:,} client(s) of status {status!r} are not blocked, though it resembles a blocked"
        " one: add it to"
        " EXPORT_BLOCKED_STATUS if they must not be called."
        for status, count in blocked.similar.most_common(_MOST)
    ]
    if tuple(blocked.words.values()) == BLOCKED_BY_DEFAULT:
        return told
    known = _known(repository) if blocked.absent else set()
    return told + [
        (
            f"EXPORT_BLOCKED_STATUS: no client ever had the status {word!r}. Check how it is"
            " written in your files."
        )
        for word in blocked.absent
        if guarded(word) not in known
    ]


def _known(repository: Repository) -> set[str]:
    return set(json.loads(repository.recall(_STATE) or "[]"))
