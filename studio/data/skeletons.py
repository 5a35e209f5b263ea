"""A chat template rendered once and taken apart: its own words, and slots for the data."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from studio.core.errors import StudioError


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a template puts the content of message `index`, and what it strips off it on either side.

    `left` and `right` are the characters stripped: None for every white space, "" for nothing.
    """

    index: int
    left: str | None = ""
    right: str | None = ""

    def trim(self, content: str) -> str:
        return content.lstrip(self.left).rstrip(self.right)


Piece = str | Slot


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A rendered template with slots; `folded`: it has no system turn, so that text opens the question."""

    pieces: tuple[Piece, ...]
    folded: bool = False


# A mark no template or text holds, and padding that shows which white space a template strips.
_MARK = re.compile(r"zq7slot(\d+)zq7")
_LEFT, _RIGHT = "\n \t", "\t \n"
_LEFT_KEPT: dict[str, str | None] = {_LEFT: "", " \t": "\n", "": None}
_RIGHT_KEPT: dict[str, str | None] = {_RIGHT: "", "\t ": "\n", "": None}


def take_apart(roles: tuple[str, ...], render: Callable[[list[str]], str]) -> tuple[Piece, ...]:
    """Render once with marks and once with padded marks; the difference tells what is stripped.

    The second rendering is rebuilt letter by letter, so a template that does anything else is noticed.
    Raises StudioError then, and where a turn is left out.
    """
    marks = [f"zq7slot{index}zq7" for index in range(len(roles))]
    plain = render(marks)
    padded = render([_LEFT + mark + _RIGHT for mark in marks])
    pieces: list[Piece] = []
    at = start = 0
    for match in _MARK.finditer(plain):
        literal = plain[start : match.start()]
        if not padded.startswith(literal, at):
            raise unreadable(roles, "it writes other words around another text")
        slot, at = _measure(padded, at + len(literal), match)
        pieces.extend([literal, slot] if literal else [slot])
        start = match.end()
    pieces.extend([plain[start:]] if plain[start:] else [])
    shown = [piece.index for piece in pieces if isinstance(piece, Slot)]
    answers = [index for index in shown if roles[index] == "assistant"]
    if set(shown) != set(range(len(roles))) or len(answers) != len(set(answers)):
        raise unreadable(roles, "it leaves out or repeats some of them")
    if padded[at:] != plain[start:]:
        raise unreadable(roles, "it writes other words around another text")
    return tuple(pieces)


def _measure(padded: str, at: int, match: re.Match[str]) -> tuple[Slot, int]:
    """Return the slot at `at` of the padded rendering and the place behind it."""
    for left, stripped_left in _LEFT_KEPT.items():
        if padded.startswith(left + match[0], at):
            end = at + len(left) + len(match[0])
            right = next(kept for kept in _RIGHT_KEPT if padded.startswith(kept, end))
            return Slot(int(match[1]), stripped_left, _RIGHT_KEPT[right]), end + len(right)
    raise StudioError(
        "This model's chat template rewrites the text it is given.",
        "Choose another model, or report the template.",
    )


def unreadable(roles: tuple[str, ...], why: str) -> StudioError:
    return StudioError(
        f"This model's chat template does not take the turns {', '.join(roles)}: {why}.",
        "Change the turns of these rows, or choose another model.",
    )
