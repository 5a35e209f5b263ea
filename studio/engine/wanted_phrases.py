"""Words and phrases that someone typed into one setting, divided by semicolons or lines."""

from studio.core.errors import Refused


def phrases_of(text: str, what: str) -> tuple[str, ...]:
    """Return the phrases in small letters. Raises Refused, naming what asks for them, where none are."""
    phrases = names_of(text, what)
    return tuple(dict.fromkeys(phrase.casefold() for phrase in phrases))


def names_of(text: str, what: str) -> tuple[str, ...]:
    """Return the phrases as they were written. Raises Refused where there are none."""
    phrases = (phrase.strip() for line in text.splitlines() for phrase in line.split(";"))
    if not (found := tuple(dict.fromkeys(phrase for phrase in phrases if phrase))):
        raise Refused(
            f"“{what}” is switched on, and no words are named.", "Write them, or set its weight to 0."
        )
    return found
