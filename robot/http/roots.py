"""Whose certificates count for https: a file that the operator names, or else those that the system
trusts.

On Windows that is the certificate store, where a company puts the root of its TLS inspection;
`truststore` asks Windows itself. Elsewhere it is OpenSSL's usual places. Mozilla's list (`certifi`)
counts beside the system's: a server that never updates its roots, or a container that has none,
still reaches the API.
"""

from __future__ import annotations

import ssl
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import certifi
import truststore

# where the distributions keep their roots: an OpenSSL that came with the executable may look
# elsewhere
_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


@dataclass(frozen=True)
class Roots:
    """The roots that are trusted: those of `file` (a file, or a folder in OpenSSL's form), named by
    `setting`; else the system's. Shared by the threads of a session.
    """

    file: str = ""
    setting: str = ""
    _made: threading.local = field(default_factory=threading.local, compare=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)
    _shared: dict[str, ssl.SSLContext] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def first_of(cls, files: Mapping[str, str]) -> Self:
        """The first setting that names a file; the system's roots where none does."""
        return next((cls(file, setting) for setting, file in files.items() if file), cls())

    def __str__(self) -> str:
        if self.file:
            return f"trusting the certificates of {self.setting}: {self.file}"
        store = "the Windows certificate store" if sys.platform == "win32" else "this system"
        return f"trusting the certificates of {store} and Mozilla's list"

    def context(self) -> ssl.SSLContext:
        """What a connection is encrypted by. Raises OSError when the certificates cannot be read.

        A truststore context is one thread's own: it is locked during each handshake, which a slow
        server may draw out.
        """
        if self.file or not _ASKS_THE_SYSTEM:
            with self._lock:
                if "" not in self._shared:
                    self._shared[""] = self._of_file() if self.file else _of_openssl()
                return self._shared[""]
        if not hasattr(self._made, "context"):
            self._made.context = _of_the_system()
        made: ssl.SSLContext = self._made.context
        return made

    def _of_file(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            if Path(self.file).is_dir():
                context.load_verify_locations(capath=self.file)
            else:
                context.load_verify_locations(cafile=self.file)
        except OSError as error:  # an ssl.SSLError is one, too: no certificate in the file
            reason = (
                "it holds no certificate"
                if isinstance(error, ssl.SSLError)
                else error.strerror or str(error)
            )
            raise UnreadableRootsError(self.setting, f"{self.file}: {reason}") from None
        return context


class UnreadableRootsError(OSError):
    """The file of certificates that `setting` names is not there, is closed to this user, or holds
    none.
    """

    def __init__(self, setting: str, told: str) -> None:
        super().__init__(told)
        self.setting = setting


_ASKS_THE_SYSTEM = sys.platform in {"win32", "darwin"}


def _of_the_system() -> ssl.SSLContext:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certifi.where())
    return context


def _of_openssl() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certifi.where())
    places = ssl.get_default_verify_paths()
    context.set_default_verify_paths()
    if not places.cafile:
        for file in filter(lambda name: Path(name).is_file(), _SYSTEM_FILES):
            context.load_verify_locations(file)
            break
    return context
