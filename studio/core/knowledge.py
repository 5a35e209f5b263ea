"""What a user adds to be looked up, and the instruction for the untouched model: kept with a run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A stretch of a document and where it stands there: “page 3”, “paragraph 12”, “line 40”."""

    place: str
    text: str


@dataclass(frozen=True)
class Document:
    """The text of a file that was added, in its order. `bytes` is the file's size."""

    name: str
    file_type: str
    bytes: int
    parts: tuple[DocumentPart, ...]

    @property
    def words(self) -> int:
        return sum(len(part.text.split()) for part in self.parts)


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """What is told of a document. `bytes` is the size of the file it came as."""

    name: str
    file_type: str
    bytes: int
    passages: int
    words: int


def to_dict(document: Document) -> dict[str, Any]:
    """Return the form that is kept in the run's folder."""
    return asdict(document)


def from_dict(entries: Mapping[str, Any]) -> Document:
    """Inverse of `to_dict`. Raises KeyError or TypeError on anything else."""
    parts = tuple(DocumentPart(**part) for part in entries["parts"])
    return Document(**{**entries, "parts": parts})
