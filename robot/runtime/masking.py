"""Masking: secrets and personal data never reach a log, a message or a traceback.

Every log line and every message for the console passes through `mask`, which also shows control
characters by their numbers (`robot.runtime.escaping`). Secret values are registered when the
settings are read (or a token is received); patterns catch what was never registered.
"""

from __future__ import annotations

import re
import string
from urllib.parse import quote, quote_plus, unquote

from robot.runtime.escaping import printable

HIDDEN = "***"

_secrets: set[str] = set()

# What a token is made of: a message may hold a longer one than is known. A dot only between two of
# its parts (JWT), a = only at its end (base64).
_TOKEN = string.ascii_letters + string.digits + "_+~%-"
_PARTS_BEHIND = r"(?:\.[\w+~%-]+)*(?:={1,2}(?!\w))?"
_REST_OF_TOKEN = re.compile(rf"[\w+~%-]*{_PARTS_BEHIND}", re.ASCII)

_MAIL_IN_PATH = re.compile(r"[^\s/@]+@[^\s/@]+")

_NAMES = (
    "token|api_token|access_token|refresh_token|client_secret|manager_token|db_password"
    "|threec_password|password|senha|pwd|secret|credential|credentials|api_key|apikey"
    "|ghl_client_secret|ghl_private_token|ghl_authorization_code|token_key"
)
_VALUE = r"\{(?:[^}]|\}\})*\}|\"[^\"]*\"|'[^']*'|[^\s&;,\"')]+"

_GAP = "[ \t\xa0.–-]"
_IP = r"(?:(?:1\d\d|2[0-4]\d|25[0-5])\.){3}\d\d(?!\d)"
_CNPJ_SLASH = rf"\d{{2}}{_GAP}?\d{{3}}{_GAP}?\d{{3}}/\d{{4}}"
_CNPJ_GAPS = rf"\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{4}}"
_IN_THREES = rf"\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{3}}"
_COUNTRY = rf"(?:\+?(?:00)?55{_GAP}{{0,2}})?"
_AREA = rf"(?:\((?:0?\d{{2}}|0xx\d{{2}})\)|0?\d{{2}}){_GAP}{{0,3}}"
_SUBSCRIBER = rf"(?:9{_GAP}?)?\d{{4}}{_GAP}{{0,2}}\d{{2}}(\d{{2}})(?!\d)"
_NO_HEX = r"(?:(?<=cpf)|(?<=fone)|(?<=phone)|(?<![0-9a-f]))(?<!\d\.)(?<![0-9a-f]{4}-[0-9a-f]{4}-)"

_PATTERNS = (
    # api_token=…, PWD=… in URLs, forms and connection strings; "password": … in JSON
    (
        re.compile(rf"(?i)(\b(?:{_NAMES})\s*=\s*|[\"'](?:{_NAMES})[\"']\s*:\s*)({_VALUE})"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(//)[^\s/@]*@(?=[^\s/@])"), rf"\1{HIDDEN}@"),  # https://user:password@host
    (re.compile(r"(?i)(\bbearer\s+)[^\s\"',;]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\bpit-[\w-]{8,}", re.ASCII), HIDDEN),  # GoHighLevel's private tokens
    (re.compile(rf"\b3cs_[\w+~%-]+{_PARTS_BEHIND}", re.ASCII), HIDDEN),
    # documents and phones in groups, as people write them. A group never begins inside of a date or
    # of an IP address
    (
        re.compile(rf"(?<!\d)(?:{_CNPJ_SLASH}|{_CNPJ_GAPS}){_GAP}?(\d{{2}})(?!\d)"),
        r"**.***.***/****-\1",
    ),
    (
        re.compile(rf"(?<!\d)(?!\d{{10}})(?!{_IP}){_IN_THREES}(?:/|{_GAP})?(\d{{2}})(?!\d)"),
        r"***.***.***-\1",
    ),
    (
        re.compile(rf"(?<!\d)(?<!\d[.-])(?!\d{{10}}){_COUNTRY}{_AREA}{_SUBSCRIBER}"),
        r"(**) *****-**\1",
    ),
    (
        re.compile(rf"(?<!\d)9(?:\d{{4}}{_GAP}|{_GAP}\d{{4}}[-–])\d{{2}}(\d{{2}})(?!\d)"),
        r"*****-**\1",
    ),
    # bare digits: phones (10 to 15 digits with 55), CPF (11), CNPJ (14). In hexadecimal ids digits
    # stay
    (re.compile(rf"{_NO_HEX}\+?\d{{8,13}}(\d{{2}})(?![^\W_])", re.IGNORECASE), r"********\1"),
)


def register(*secrets: str) -> None:
    """Remember values that must never be shown, in every spelling in which a message may carry
    them.
    """
    for secret in secrets:
        if (
            len(secret) >= 4
            # shorter ones would blot out innocent text; the patterns still catch them beside their
            # name
        ):
            _secrets.update(
                {secret, quote(secret, safe=""), quote_plus(secret), secret.replace("}", "}}")}
            )


def mask(text: str) -> str:
    """Return the text without registered secrets, tokens, passwords, phone numbers, CPF and CNPJ,
    and printable.

    With a registered secret goes all of the word that holds it: it may be a part of a longer one.
    """
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = _without(text, secret)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return printable(text)


def _without(text: str, secret: str) -> str:
    """The text with all of each word hidden that holds the secret."""
    shown: list[str] = []
    end = 0
    while (place := text.find(secret, end)) >= 0:
        shown += [text[end:place].rstrip(_TOKEN), HIDDEN]
        rest = _REST_OF_TOKEN.match(text, place + len(secret))
        end = rest.end() if rest else place + len(secret)
    return "".join([*shown, text[end:]])


def mask_address(text: str) -> str:
    """What was meant as an address, without user, password, query and fragment, wherever their
    signs stand.
    """
    scheme, slashes, rest = text.partition("//")
    if not slashes:
        scheme, rest = "", text
    _, at, place = rest.rpartition("@")
    shown = re.sub(r"[?#].*", f"?{HIDDEN}", place, flags=re.DOTALL)
    return f"{scheme}{slashes}{HIDDEN}@{shown}" if at else f"{scheme}{slashes}{shown}"


def mask_path(address: str) -> str:
    """An address without its query, and without phones, documents and mail addresses in its path,
    percent-encoded or not.
    """
    place = address.partition("?")[0]
    decoded = unquote(place).replace("\n", " ")
    root, slashes, rest = decoded.partition("//")
    host, slash, path = rest.partition("/")
    hidden = mask(f"{root}{slashes}{host}{slash}{_MAIL_IN_PATH.sub(HIDDEN, path)}")
    return mask(place) if hidden == decoded else hidden


def mask_name(name: str) -> str:
    """A person's name by its first word and an initial: `Maria Souza Lima` → `Maria S.`"""
    words = name.split()
    return " ".join([words[0], *(f"{word[0]}." for word in words[1:2])]) if words else ""


def mask_digits(digits: str) -> str:
    """A phone or document by its last two characters."""
    return f"********{digits[-2:]}" if len(digits) > 4 else HIDDEN
