"""Word documents -> one row for each paragraph, in one column, streamed out of the archive.

Read by the standard library's expat: `python-docx` builds the whole tree (20 times the text) and leaves out
what was inserted with changes tracked. A document may declare no entities, so none can be expanded.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from studio.core.errors import Refused
from studio.data.readers.archives import DOCUMENT, UNREADABLE
from studio.data.readers.upload import Upload
from studio.data.tables import MOST_CELL_CHARACTERS, SourceRow, Table

TITLE = "Word"
ENDINGS = (".docx", ".docm")
FILE_TYPES = ("docx",)

COLUMN = "text"
CHUNK_BYTES = 64 * 1024
_LEFT_OUT = ("Fallback", "moveFrom", "del")
"""The older copy of a drawing's text, and what tracked changes took out."""
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def recognises(upload: Upload) -> bool:
    return DOCUMENT in upload.members


def read(path: Path) -> Table:
    """Open the document. Raises Refused where it is damaged or holds no text."""
    rows = _rows(path)
    first = next(rows, None)
    if first is None:
        raise Refused("The document holds no text.", "Choose one with text in it; pictures are not read.")
    return Table("docx", (COLUMN,), _chain(first, rows))


def _rows(path: Path) -> Iterator[SourceRow]:
    """Yield the paragraphs that are not empty; their number counts the empty ones too."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(DOCUMENT) as source:
            paragraphs = _Paragraphs()
            while chunk := source.read(CHUNK_BYTES):
                yield from paragraphs.read(chunk)
            yield from paragraphs.read(b"", last=True)
    except (*UNREADABLE, expat.ExpatError) as error:
        raise Refused("The Word document is damaged.", "Save it again, or save its text as .txt.") from error


class _Paragraphs:
    """Collects the text of paragraphs from pieces of XML; one in a text box ends before the one around it."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._number = 0
        self._open: list[tuple[int, list[str]]] = []
        self._done: list[SourceRow] = []
        self._runs = self._texts = self._left_out = 0

    def read(self, chunk: bytes, *, last: bool = False) -> list[SourceRow]:
        """Return the rows that a further piece completes."""
        self._done = []
        self._parser.Parse(chunk, last)
        return self._done

    def _start(self, name: str, _: object) -> None:
        tag = _tag(name)
        if tag in _LEFT_OUT:
            self._left_out += 1
        elif tag == "p":
            self._number += 1
            self._open.append((self._number, []))
        elif tag == "r":
            self._runs += 1
        elif tag == "t":
            self._texts += 1
        elif tag in _SIGNS and self._runs:
            self._add(_SIGNS[tag])

    def _end(self, name: str) -> None:
        tag = _tag(name)
        if tag in _LEFT_OUT:
            self._left_out -= 1
        elif tag == "r":
            self._runs -= 1
        elif tag == "t":
            self._texts -= 1
        elif tag == "p" and self._open:
            number, pieces = self._open.pop()
            text = "".join(pieces)
            if text.strip():
                self._done.append(SourceRow(number, {COLUMN: text}))

    def _text(self, text: str) -> None:
        if self._texts:
            self._add(text)

    def _add(self, text: str) -> None:
        # A piece has at most a chunk of letters; a paragraph beyond a cell is known by its first pieces.
        if self._open and not self._left_out and len(self._open[-1][1]) <= MOST_CELL_CHARACTERS:
            self._open[-1][1].append(text)

    def _refuse(self, *_: object) -> None:
        raise Refused("The Word document declares entities, as no program writes it.", "Save it again.")


def _tag(name: str) -> str:
    """Return the name of an element of the word-processing namespace; "" for all others but the fallback."""
    namespace, _, tag = name.rpartition(" ")
    if "/wordprocessingml/" in namespace:
        return tag
    return tag if tag == "Fallback" else ""


def _chain(first: SourceRow, rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    yield first
    yield from rows
