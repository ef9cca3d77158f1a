"""Masking: secrets and personal data never reach a log, a message or a traceback.

Every log line and every message for the console passes through `mask`. Secret values are registered when the settings
are read (or a token is received); patterns catch what was never registered.
"""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus

HIDDEN = "***"

_secrets: set[str] = set()

_NAMES = (
    "token|api_token|access_token|refresh_token|client_secret|manager_token|db_password|threec_password|password|senha|pwd"
)
_VALUE = r"\{(?:[^}]|\}\})*\}|\"[^\"]*\"|'[^']*'|[^\s&;,\"')]+"

_PATTERNS = (
    # api_token=…, PWD=… in URLs, forms and connection strings; "password": … in JSON
    (
        re.compile(rf"(?i)(\b(?:{_NAMES})\s*=\s*|[\"'](?:{_NAMES})[\"']\s*:\s*)({_VALUE})"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(//)[^\s/@]*@(?=[^\s/@])"), rf"\1{HIDDEN}@"),  # https://user:password@host
    (re.compile(r"(?i)(\bbearer\s+)[^\s\"',;]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\b3cs_[A-Za-z0-9_-]+"), HIDDEN),
    # CPF and CNPJ as people write them
    (re.compile(r"\b\d{3}\.\d{3}\.\d{3}-(\d{2})\b"), r"***.***.***-\1"),
    (re.compile(r"\b\d{2}\.\d{3}\.\d{3}/\d{4}-(\d{2})\b"), r"**.***.***/****-\1"),
    # phones as people write them: (11) 99999-8888
    (re.compile(r"\(\d{2}\)\s*\d{4,5}[- ]?\d{2}(\d{2})\b"), r"(**) *****-**\1"),
    # bare digits: phones (10 to 13 digits with 55), CPF (11), CNPJ (14)
    (re.compile(r"(?<![\w.:/-])\+?\d{8,12}(\d{2})(?![\w:])"), r"********\1"),
)


def register(*secrets: str) -> None:
    """Remember values that must never be shown, in every spelling in which a message may carry them."""
    for secret in secrets:
        if len(secret) >= 4:  # shorter ones would blot out innocent text; the patterns still catch them beside their name
            _secrets.update({secret, quote(secret, safe=""), quote_plus(secret), secret.replace("}", "}}")})


def mask(text: str) -> str:
    """Return the text without registered secrets, tokens, passwords, phone numbers, CPF and CNPJ."""
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def mask_address(text: str) -> str:
    """What was meant as an address, without user, password, query and fragment, wherever their signs stand."""
    scheme, slashes, rest = text.partition("//")
    if not slashes:
        scheme, rest = "", text
    _, at, place = rest.rpartition("@")
    shown = re.sub(r"[?#].*", f"?{HIDDEN}", place, flags=re.DOTALL)
    return f"{scheme}{slashes}{HIDDEN}@{shown}" if at else f"{scheme}{slashes}{shown}"


def mask_name(name: str) -> str:
    """A person's name by its first word and an initial: `Maria Souza Lima` → `Maria S.`"""
    words = name.split()
    return " ".join([words[0], *(f"{word[0]}." for word in words[1:2])]) if words else ""


def mask_digits(digits: str) -> str:
    """A phone or document by its last two characters."""
    return f"********{digits[-2:]}" if len(digits) > 4 else HIDDEN
