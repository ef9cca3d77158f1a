r"""Other people's words, shown so that nothing takes them for its own: no terminal, no log, no chat
and no mail.

An API's explanation, a proxy's address or a driver's message may hold whatever its writer liked: a
line break and the begin of a log line, ESC and a terminal's command, signs that turn the writing
direction, `<!channel>`. They are shown by their numbers, as JSON writes them (`\u001b`, `\n`), so
that a text within JSON stays the same when it is read back.

`escape` is for words as they come in, before they become a part of a message. `printable` is for
whole texts as they go out, whose line breaks are the robot's own: every text that is masked, and
all that a console shows.
"""

from __future__ import annotations

import json
import re
import unicodedata

# What chats read in a text (Slack, Teams, Mattermost, Discord): links and mentions, also those by a
# bare address.
_MARKUP = re.compile(r"[<>]|\](?=\()|(?<![\w.+%-])@(?=\w)")
_ADDRESS = re.compile(r"(?i):(?=//)|(?<=\bwww)\.(?=\w)|(?<=\bmailto):")


def escape(words: str, *, own: bool = False) -> str:
    """The words as one line, without characters that do something and without mark-up.

    `own`: of a text of the robot, which may hold others' words, line breaks and addresses stay.
    """
    text = _MARKUP.sub(_number, printable(words))
    return text if own else _ADDRESS.sub(_number, text.replace("\n", r"\n"))


def printable(text: str) -> str:
    """The text without characters that do something (control and format characters, lone
    surrogates) but line breaks.
    """
    if text.replace("\n", "").isprintable():
        return text
    return "".join(sign if sign == "\n" or _is_shown(sign) else _escaped(sign) for sign in text)


def _is_shown(sign: str) -> bool:
    # the blanks, also one that does not break
    return sign.isprintable() or unicodedata.category(sign) == "Zs"


def _escaped(sign: str) -> str:
    number = json.dumps(sign)[1:-1]
    return number if number.startswith("\\") else f"\\u{ord(sign):04x}"  # DEL is no matter to JSON


def _number(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
