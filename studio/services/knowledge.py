"""What a run may look up beside its training rows: documents that a user adds, and an instruction."""

from dataclasses import dataclass
from pathlib import Path

from studio.core.knowledge import Document, DocumentSummary
from studio.core.texts import checked_text
from studio.retrieval.documents import read_document
from studio.retrieval.passages import passages_of_document
from studio.services.space import check_file
from studio.store.home import Home

PROMPT_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document that was added to a run. `bytes` is the size of the file it came as."""

    id: str
    name: str
    file_type: str
    bytes: int
    passages: int
    words: int


def add_document(home: Home, run: str, path: Path, name: str) -> DocumentView:
    """Read a file (text, Markdown, Word, PDF or a table) and keep its text with the run.

    Raises Refused, with one sentence, for what holds no text.
    """
    folder = home.runs.folder(run)
    document = read_document(path, name)
    check_file(home, path.stat().st_size)
    kept = folder.knowledge.add(document)
    return next(view for view in documents(home, run) if view.id == kept)


def documents(home: Home, run: str) -> tuple[DocumentView, ...]:
    found = home.runs.folder(run).knowledge.summaries(_summary)
    return tuple(_view(*each) for each in found.items())


def removed_document(home: Home, run: str) -> DocumentView | None:
    """Return the document that was taken out last and can be brought back."""
    removed = home.runs.folder(run).knowledge.removed(_summary)
    return _view(*removed) if removed is not None else None


def _view(name: str, told: DocumentSummary) -> DocumentView:
    return DocumentView(name, told.name, told.file_type, told.bytes, told.passages, told.words)


def _summary(document: Document) -> DocumentSummary:
    passages = len(passages_of_document(document))
    return DocumentSummary(document.name, document.file_type, document.bytes, passages, document.words)


def remove_document(home: Home, run: str, document: str) -> None:
    home.runs.folder(run).knowledge.remove(document)


def restore_document(home: Home, run: str, document: str) -> None:
    home.runs.folder(run).knowledge.restore(document)


def prompt(home: Home, run: str) -> str:
    return home.runs.folder(run).knowledge.prompt()


def set_prompt(home: Home, run: str, text: str) -> None:
    """Keep the instruction that the untouched model is to follow. Raises Refused where it is too long."""
    home.runs.folder(run).knowledge.set_prompt(checked_text(text, "The instruction", PROMPT_LENGTH))
