"""The key that the tokens are encrypted with, and where it is kept.

`TOKEN_KEY` comes first: a key of ours, or a sentence of at least 20 characters. Else a file beside
the database, which is made when the first token is stored; only its owner reads it, and on Windows
with the embedded database DPAPI locks its content to the Windows account. Encryption is
Fernet (AES-128-CBC with HMAC-SHA256: a wrong key is known as one), https://github.com/fernet/spec
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from filelock import FileLock

from robot.errors import ConfigurationError
from robot.runtime.masking import register
from robot.windows import dpapi

log = logging.getLogger(__name__)

_SHORTEST_SENTENCE = 20
_SALT = b"api-3c-robot TOKEN_KEY"  # a sentence must give the same key on every server
_LOCKED = b"dpapi:"


@dataclass(frozen=True)
class Key:
    """A key; `id` tells it from others and may be shown, `place` says where it is kept."""

    id: str
    place: str
    _fernet: Fernet = field(repr=False)

    def encrypt(self, text: str) -> str:
        """The text, for this key alone."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, secret: str) -> str:
        """The text again. Raises ValueError where it was changed, or encrypted with another key."""
        try:
            return self._fernet.decrypt(secret.encode()).decode()
        except InvalidToken:
            raise ValueError("it was encrypted with another key, or changed") from None


def new_key() -> str:
    """A key, as TOKEN_KEY takes it."""
    return Fernet.generate_key().decode("ascii")


def key_of(text: str, place: str = "TOKEN_KEY") -> Key:
    """The key that a text is: one of `new_key`, or a sentence. Raises ConfigurationError."""
    text = text.strip()
    register(text)
    try:
        raw = base64.urlsafe_b64decode(text)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        if len(text) < _SHORTEST_SENTENCE:
            raise ConfigurationError(
                f"{place} is too short for a key: at least {_SHORTEST_SENTENCE} characters.",
                "Write a long sentence that nobody guesses, and keep a copy of it.",
            )
        raw = hashlib.scrypt(text.encode(), salt=_SALT, n=2**14, r=8, p=1, dklen=32)
    number = hashlib.sha256(b"id:" + raw).hexdigest()[:12]
    return Key(number, place, Fernet(base64.urlsafe_b64encode(raw)))


class KeyRing:
    """The keys that this host has.

    `token_key` is the operator's, may be empty; `file` is the key file, which need not be there.
    `locks`: whether DPAPI is to lock a file that is made.
    """

    def __init__(self, token_key: str, file: Path, *, locks: bool = False) -> None:
        self.file = file
        self._token_key = token_key.strip()
        self._locks = locks

    @cached_property
    def _operators(self) -> Key:
        return key_of(self._token_key)

    @property
    def old_file(self) -> Path:
        """Where the old key stays while `rotate` is under way."""
        return self.file.with_name(f"{self.file.name}.old")

    @property
    def has_token_key(self) -> bool:
        """Whether the operator gave TOKEN_KEY."""
        return bool(self._token_key)

    def find(self, key_id: str) -> Key | None:
        """The key of this id, None where this host has not got it. Raises ConfigurationError."""
        return next((key for key in self._present() if key.id == key_id), None)

    def chosen(self) -> Key:
        """The key for what is stored from now on; the file is made where there is none.

        Raises ConfigurationError.
        """
        if self._token_key:
            return self._operators
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.file}.lock", timeout=30):
                if not self.file.exists():
                    self.write(self.file, new_key())
                    log.warning(
                        "The key of the stored tokens is in the new file %s. Keep a copy of it"
                        " apart from the database: without it the tokens cannot be read.",
                        self.file,
                    )
        except OSError as error:
            raise _unusable(self.file, error) from None
        return self._of_file(self.file)

    def write(self, file: Path, text: str) -> None:
        """Put a key into a file, whole or not at all. Raises OSError."""
        content = text.encode("ascii")
        if self._locks and dpapi.available():
            content = _LOCKED + base64.b64encode(dpapi.protect(content))
        draft = file.with_name(f"{file.name}.{os.getpid()}.draft")
        draft.unlink(missing_ok=True)
        _write_new(draft, content)
        draft.replace(file)

    def old(self) -> Key | None:
        """The key beside the file, where a rotation left one. Raises ConfigurationError."""
        return self._of_file(self.old_file) if self.old_file.exists() else None

    def copy_to_old(self) -> None:
        """Keep the key of the file beside it. Raises OSError."""
        draft = self.old_file.with_name(f"{self.old_file.name}.{os.getpid()}.draft")
        draft.unlink(missing_ok=True)
        _write_new(draft, self.file.read_bytes())
        draft.replace(self.old_file)

    def _present(self) -> Iterator[Key]:
        if self._token_key:
            yield self._operators
        for file in (self.file, self.old_file):
            if file.exists():
                yield self._of_file(file)

    def _of_file(self, file: Path) -> Key:
        try:
            content = file.read_bytes().strip()
            if content.startswith(_LOCKED):
                content = dpapi.unprotect(base64.b64decode(content.removeprefix(_LOCKED)))
        except OSError as error:
            raise _unusable(file, error) from None
        try:
            return key_of(content.decode("ascii"), f"the file {file}")
        except ValueError:
            raise _damaged(file) from None


def _write_new(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _unusable(file: Path, error: OSError) -> ConfigurationError:
    reason = error.strerror or str(error)
    return ConfigurationError(
        f"The key file {file} cannot be read or written: {reason}.",
        "Run the robot as the user who made it, give this user the right to it, or write the key"
        " in TOKEN_KEY.",
    )


def _damaged(file: Path) -> ConfigurationError:
    return ConfigurationError(
        f"The key file {file} holds no key.", "Put back the copy that was kept of it."
    )
