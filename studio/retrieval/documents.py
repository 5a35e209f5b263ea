"""A file that a user adds, read as text with its places: by the readers that also read tables to train on."""

from pathlib import Path

from studio.core.errors import Refused
from studio.core.knowledge import Document, DocumentPart
from studio.core.texts import plain_name, writable
from studio.data.readers import read_table

PLACES = {"pdf": "page", "docx": "paragraph", "text": "line"}
"""What a row's number counts, by file type; in tables it is the row."""
MOST_WORDS = 2_000_000
"""Of a longer document the index would not be made in the time one waits for an answer."""


def read_document(path: Path, name: str) -> Document:
    """Return a document's text. Raises Refused for what cannot be read or holds no text."""
    name = plain_name(writable(name)) or "document"
    table = read_table(path, name)
    place, parts, words = PLACES.get(table.file_type, "row"), list[DocumentPart](), 0
    for row in table.rows:
        text = _text(row.cells, table.columns)
        if row.problem or not text:
            continue
        parts.append(DocumentPart(f"{place} {row.number}", text))
        words += len(text.split())
        if words > MOST_WORDS:
            raise Refused(f"{name} has more than {MOST_WORDS:,} words.", "Add a part of it.")
    if not parts:
        raise Refused(f"{name} holds no text.", "Choose a file with text in it; pictures are not read.")
    return Document(name, table.file_type, path.stat().st_size, tuple(parts))


def _text(cells: dict, columns: tuple[str, ...]) -> str:
    """Return a row's text: a single column as it is, several with their names."""
    filled = {name: str(cell).strip() for name, cell in cells.items() if cell not in (None, "")}
    if len(columns) == 1:
        return "".join(filled.values())
    return "\n".join(f"{name}: {text}" for name, text in filled.items() if text)
