"""JSON text, from whatever a JSON parser may return: NUL characters, lone surrogates, NaN, integers
of any size, any depth.

Almost every record is clean and takes the fast way, `dump`. `dump` and `digest` raise
`UncleanError` for what may not reach a database; the normalizer then starts over with the `cleaned`
record. `as_received` loses nothing: it is for rejections.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

import orjson

MAX_DEPTH = 200  # orjson writes 254 levels; SQL Server's JSON functions read 128
# in a str from a JSON parser each is a lone one: it joins pairs
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON_NUL = b"\\u0000"
# bytes that hashlib hashes without giving up Python's one lock, which it would have to wait for
_SHORT = 2047
_INT64 = range(-(2**63), 2**64)  # what orjson writes: signed or unsigned 64 bits


class UncleanError(ValueError):
    """The value holds something that may not be stored as it is; `cleaned` helps."""


class TooDeepError(ValueError):
    """The value is nested deeper than MAX_DEPTH."""


def dump(value: object) -> str:
    """Compact JSON text with sorted keys, non-ASCII kept. Raises UncleanError."""
    try:
        dumped = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise UncleanError(str(error)) from error
    if (_JSON_NUL in dumped or b"null" in dumped) and not _is_clean(
        value
    ):  # orjson writes NaN as null
        raise UncleanError("NUL character or NaN")
    return dumped.decode()


def digest(cells: Sequence[Any]) -> str:
    """32 hex digits of the cells of a row, the same on every platform.

    Raises UncleanError where a text is not clean.
    """
    try:
        dumped = orjson.dumps(cells)
    except orjson.JSONEncodeError as error:
        raise UncleanError(str(error)) from error
    if (
        b"\\" in dumped and _JSON_NUL in dumped and not _is_clean(cells)
    ):  # one byte is found ten times as fast
        raise UncleanError("NUL character")
    return blake2b(dumped, digest_size=16).hexdigest()


def trace(value: object, salt: bytes) -> str:
    """12 hex digits of a value as a JSON parser gave it; empty where orjson cannot write it.

    Two values that differ have the same trace once in 2^48 times, but for NaN and the infinities,
    which no answer holds: `robot.http` gives their text.
    """
    try:
        dumped = orjson.dumps(value)
    except orjson.JSONEncodeError:
        return ""
    hashed = blake2b(dumped[:_SHORT], digest_size=6, salt=salt)
    for start in range(_SHORT, len(dumped), _SHORT):
        hashed.update(dumped[start : start + _SHORT])
    return hashed.hexdigest()


def salt_of(text: str) -> bytes:
    """The salt that keeps the traces of one purpose apart from those of any other."""
    return blake2b(text.encode(), digest_size=blake2b.SALT_SIZE).digest()


def clean_text(text: str) -> tuple[str, int]:
    """The text without NUL characters, each lone surrogate replaced by U+FFFD; and how many there
    were.
    """
    if text.isascii() and "\x00" not in text:
        return text, 0
    without = text.replace("\x00", "")
    replaced, lone = _SURROGATE.subn("\ufffd", without)
    return replaced, len(text) - len(without) + lone


def cleaned(value: object) -> tuple[Any, int]:
    """A copy that `dump` can write, and how many characters were removed or replaced. Raises
    TooDeepError.

    NaN, infinities and integers beyond 64 bits become their text; anything that is not JSON becomes
    its `str`.
    """
    copy = _Copy()
    return copy.of(value, MAX_DEPTH), copy.characters


def as_received(value: object, *, sort_keys: bool = False) -> str:
    """JSON text without any loss: NUL characters and lone surrogates as escapes, NaN as a text, any
    depth.
    """
    try:
        if _is_clean(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort_keys else 0).decode()
    except orjson.JSONEncodeError:
        pass
    return "".join(_written(value, sort_keys=sort_keys))


def _is_clean(value: object) -> bool:
    """Whether there is no NUL character, NaN or infinity in it; a stack, not recursion, for any
    depth.
    """
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if "\x00" in item:
                return False
        elif isinstance(item, float):
            if not math.isfinite(item):
                return False
        elif isinstance(item, dict):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)
    return True


class _Copy:
    """Makes a clean copy and counts the characters that were not."""

    def __init__(self) -> None:
        self.characters = 0

    def of(self, value: object, depth: int) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return value if value in _INT64 else _integer_text(value)
        if isinstance(value, float):
            return value if math.isfinite(value) else _float_text(value)
        if not isinstance(value, dict | list):
            return self.text(str(value))
        if depth == 0:
            raise TooDeepError(f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, list):
            return [self.of(item, depth - 1) for item in value]
        copy: dict[str, Any] = {}
        for key, item in value.items():
            name = self.text(str(key))
            while name in copy:  # two names that differ by a NUL only
                name += "'"
            copy[name] = self.of(item, depth - 1)
        return copy

    def text(self, text: str) -> str:
        clean, characters = clean_text(text)
        self.characters += characters
        return clean


class _Token(str):
    """A piece of JSON text, ready to be written, on the stack of `_written`."""

    __slots__ = ()


def _written(value: object, *, sort_keys: bool) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, _Token):
            yield item
        elif isinstance(item, dict):
            pairs = [(_string(str(key)), each) for key, each in item.items()]
            if sort_keys:
                pairs.sort(key=lambda pair: pair[0])
            stack.append(_Token("}"))
            for position in range(len(pairs) - 1, -1, -1):
                key, each = pairs[position]
                stack += (each, _Token(f"{',' if position else ''}{key}:"))
            yield "{"
        elif isinstance(item, list):
            stack.append(_Token("]"))
            for position in range(len(item) - 1, -1, -1):
                stack += (item[position], _Token("," if position else ""))
            yield "["
        else:
            yield _scalar(item)


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        text = _integer_text(value)
        return text if text[-1].isdigit() and "x" not in text else _string(text)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else _string(_float_text(value))
    return _string(str(value))


def _string(text: str) -> str:
    """A JSON string; in ASCII where the text is not valid Unicode, so that a lone surrogate is an
    escape.
    """
    return json.dumps(text, ensure_ascii=_SURROGATE.search(text) is not None)


def _integer_text(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # more digits than sys.get_int_max_str_digits()
        return hex(value)


def _float_text(value: float) -> str:
    """Non-finite floats as JavaScript writes them."""
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
