"""Texts that people give: names, notes, questions. What cannot be kept is refused in one sentence."""

import unicodedata

from studio.core.errors import Refused

_JOINERS = "\u200c\u200d"
"""Unseen, but how words of Persian and Hindi and some pictures are written."""


def checked_text(text: str, what: str, most: int) -> str:
    """Return the text without the space around it. Raises Refused where it is too long or no text at all."""
    if len(text) > most:
        raise Refused(f"{what} has {len(text)} letters; {most} is the most.", "Shorten it.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        shown = ascii(text[error.start : error.end])[1:-1]
        problem = f"{what} holds something that is no letter: {shown}."
        raise Refused(problem, "Write it without that.") from error
    return text.strip()


def writable(text: str) -> str:
    """Return a text as it can be written and sent: a question mark for each half of a character."""
    return text.encode("utf-8", "replace").decode()


def plain_name(name: str) -> str:
    """Return a name as it can be shown: on one line, without control characters or marks that turn it round.

    "" where nothing of it can be seen.
    """
    spaced = "".join(" " if unicodedata.category(letter) in ("Zl", "Zp") else letter for letter in name)
    shown = "".join(
        letter
        for letter in " ".join(spaced.split())
        if letter in _JOINERS or unicodedata.category(letter) not in ("Cc", "Cf")
    )
    return shown if shown.strip(_JOINERS + " ") else ""
