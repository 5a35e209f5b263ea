"""Documents and training rows cut into passages, each with where it stands: what can be looked up."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from studio.core.knowledge import Document
from studio.core.records import SourcedRecord, question_and_answer

LETTERS = 800
"""A passage is no longer (about 130 words): three of them fit beside a question on a small model."""
OF_ROWS = "Training rows"
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|[。！？]|\n+")


@dataclass(frozen=True, slots=True)
class Passage:
    """`title` names the document, `place` where in it the passage stands: “page 3”, “row 17”."""

    title: str
    place: str
    text: str

    @property
    def source(self) -> str:
        return f"{self.title}, {self.place}" if self.place else self.title


def passages_of_document(document: Document) -> tuple[Passage, ...]:
    """Cut a document into passages of whole paragraphs, or whole sentences where a paragraph is long.

    Short neighbours share a passage, which is named by its first place.
    """
    found: list[Passage] = []
    place, held = "", ""
    for part in document.parts:
        for piece in pieces(part.text):
            if held and len(held) + len(piece) >= LETTERS:
                found.append(Passage(document.name, place, held))
                held = ""
            place = place if held else part.place
            held = f"{held}\n{piece}" if held else piece
    if held:
        found.append(Passage(document.name, place, held))
    return tuple(found)


def passages_of_rows(records: Iterable[SourcedRecord]) -> tuple[Passage, ...]:
    """Return each training row, question and answer, as passages of its own."""
    return tuple(
        Passage(OF_ROWS, f"row {sourced.row}", piece)
        for sourced in records
        for piece in pieces("\n".join(filter(None, question_and_answer(sourced.record))))
    )


def pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces of at most `LETTERS`, cut between sentences where they allow it."""
    held = ""
    for sentence in _sentences(text):
        if held.strip() and len(held.strip()) + len(sentence) > LETTERS:
            yield held.strip()
            held = ""
        held += sentence
        while len(held.strip()) > LETTERS:
            head, held = _cut(held.strip())
            yield head
    if held.strip():
        yield held.strip()


def _sentences(text: str) -> Iterator[str]:
    """Yield sentences with the space behind them."""
    start = 0
    for found in _SENTENCE_ENDS.finditer(text):
        yield text[start : found.end()]
        start = found.end()
    yield text[start:]


def _cut(text: str) -> tuple[str, str]:
    """Cut a text that is too long between two words, or where it has none at its limit."""
    space = text.rfind(" ", 0, LETTERS + 1)
    place = space if space > 0 else LETTERS
    return text[:place].strip(), text[place:]
