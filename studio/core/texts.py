"""Texts that people give: names, notes, questions. What cannot be kept is refused in one sentence."""

from studio.core.errors import Refused


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
